// What the page tells the synthesiser on the audio thread. Samples count from the start of the audio context.
import type { SynthesizerNote } from '@ostinato/core';

/** The name under which the processor is registered. */
export const PROCESSOR_NAME = 'ostinato-synthesizer';

export type WorkletMessage =
  | { readonly type: 'schedule'; readonly notes: readonly SynthesizerNote[] }
  | { readonly type: 'hold'; readonly key: number; readonly note: SynthesizerNote }
  | { readonly type: 'release'; readonly key: number }
  | { readonly type: 'silence' }
  | { readonly type: 'dispose' };
