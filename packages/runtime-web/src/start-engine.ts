// A worker with ONNX Runtime and a model: both come at the same time.
import type { Place } from './auto/start-where-asked.js';
import { DEVICE_FILES, locateFile } from './runtime-files.js';
import type { RuntimeOptions } from './runtime-options.js';
import { stopTogether } from './stop-together.js';
import { EngineClient } from './worker/client.js';
import type { ComputeDevice, StartRequest } from './worker/messages.js';

/** Opens the worker of a device, has ONNX Runtime fetched and compiled there, and starts the model in it.
 *  @param bring gives the model, or has the worker fetch it, meanwhile
 *  @throws as `startModel` does, and what `bring` throws; nothing is left of it then */
export async function startEngine(
  { device, threads }: Readonly<Place>,
  options: RuntimeOptions,
  bring: (client: EngineClient) => Promise<StartRequest>,
): Promise<EngineClient> {
  const { wasm } = DEVICE_FILES[device];
  const { files, cache = {}, onProgress } = options;
  const url = locateFile(wasm.file, files).href;
  return withEngine(device, options, async (client) => {
    const [model] = await Promise.all([
      bring(client),
      client.call('prepare', { threads, wasm, url, cache }, undefined, onProgress),
    ]);
    await client.call('start', model);
    return client;
  });
}

/** Opens the worker of a device for some work; if that fails or is aborted, the worker ends. */
export async function withEngine<T>(
  device: ComputeDevice,
  { worker = true, files, signal: given }: RuntimeOptions,
  work: (client: EngineClient) => Promise<T>,
): Promise<T> {
  return stopTogether(given, async (signal) => {
    const client = await EngineClient.open(locateFile(DEVICE_FILES[device].worker, files), worker);
    const abort = (): void => void client.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      return await work(client);
    } catch (error) {
      await client.close();
      signal.throwIfAborted(); // what failed then failed because of it
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  });
}
