// Models on the device that the page's address asks for.
import type { Device } from '@ostinato/web';
import type { ModelLoader } from '@ostinato/web/element-classes';

const DEVICES: readonly (string | null)[] = ['auto', 'wasm', 'webgpu'] satisfies Device[];

/** @param wanted `?device=` of the page: auto, wasm or webgpu
 *  @returns undefined for anything else: the composer knows how to load a model itself */
export function loaderFor(wanted: string | null): ModelLoader | undefined {
  if (!DEVICES.includes(wanted)) return undefined;
  return async (url, options) => {
    const { loadModel } = await import('@ostinato/web');
    return loadModel(url, { ...options, device: wanted as Device });
  };
}
