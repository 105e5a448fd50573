// Whether WebGPU is worth a trial in this browser.

/** The part of WebGPU that is used here; TypeScript's DOM does not know it yet. */
interface Gpu {
  requestAdapter(): Promise<{
    readonly info: {
      readonly vendor: string;
      readonly architecture: string;
      readonly device: string;
      readonly isFallbackAdapter?: boolean;
    };
  } | null>;
}

/** Names the adapter that a model would compute on.
 *  @returns undefined where there is none, where it is a processor that only acts as one, and where the browser lacks
 *    JavaScript Promise Integration, which our build of ONNX Runtime needs */
export async function findAdapter(): Promise<string | undefined> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: Gpu };
  if (!gpu || !('Suspending' in WebAssembly)) return undefined;
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter || adapter.info.isFallbackAdapter) return undefined;
  const { vendor, architecture, device } = adapter.info;
  return [vendor, architecture, device].filter((part) => part !== '').join(' ') || 'gpu';
}
