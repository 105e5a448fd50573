// The choice of a device, kept in the browser's storage. It may be forgotten at any time, and may not be kept at all.
import type { ComputeDevice } from '../worker/messages.js';
import type { ChoiceMemory } from './start-fastest.js';

/** Raised when runtimes change so much that old measurements say nothing. */
const VERSION = 1;

/** @param model what the choice is made for, such as the hash of a graph; undefined: nothing is kept
 *  @param storage gives `localStorage`, or throws where the page may not have it */
export function createChoiceMemory(
  model: string | undefined,
  storage: () => Pick<Storage, 'getItem' | 'setItem'>,
): ChoiceMemory {
  const keyOf = (adapter: string): string => `ostinato-device-${VERSION}/${model}/${adapter}`;
  return {
    recall: (adapter) => {
      if (model === undefined) return undefined;
      try {
        const kept = storage().getItem(keyOf(adapter));
        return kept === 'wasm' || kept === 'webgpu' ? kept : undefined;
      } catch {
        return undefined; // a private window, a sandboxed frame
      }
    },
    remember: (adapter, device) => {
      if (model === undefined) return;
      try {
        storage().setItem(keyOf(adapter), device satisfies ComputeDevice);
      } catch {
        // Then the next visit measures again.
      }
    },
  };
}
