// Functions that Node's `util` no longer has (gone in Node 23) and that @tensorflow/tfjs-node 4.22.0, its last release,
// still calls.
import util from 'node:util';

const REMOVED = {
  isArray: (value: unknown): boolean => Array.isArray(value),
  isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
};

/** Puts back what is missing; what is there stays. To be called before the import of @tensorflow/tfjs-node(-gpu). */
export function restoreRemovedUtilities(target: Record<string, unknown> = util): void {
  for (const [name, replacement] of Object.entries(REMOVED)) target[name] ??= replacement;
}
