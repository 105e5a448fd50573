// A model's manifest, fetched by the page while the worker's script is still on its way: in the worker it would wait behind
// ONNX Runtime, which comes at the same time and is 14 MB.
import { manifestAddress, parseModelAddress } from '@ostinato/core';
import type { EarlyFile, SourceRequest } from './worker/messages.js';

/** The worker asks itself where this gives nothing, and knows how to wait and to try again. */
const PATIENCE_MS = 5000;

/** @returns undefined if it does not come at once, as it is; why, the worker finds out */
export async function fetchManifestEarly({
  address,
  allowHttp,
  offline,
}: SourceRequest): Promise<EarlyFile | undefined> {
  if (offline) return undefined;
  try {
    const url = manifestAddress(parseModelAddress(address, { allowHttp }));
    const response = await fetch(url, {
      redirect: 'error',
      cache: 'no-cache',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.status === 200 ? { url, content: await response.arrayBuffer() } : undefined;
  } catch {
    return undefined;
  }
}
