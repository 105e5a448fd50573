// How deep JSON is nested, found without recursion: TF.js and schemas walk it with.
import { damaged } from './refuse.js';

/** A model in a model takes 6 levels; Keras's own take about 20. */
const MAX_DEPTH = 200;

/** @throws {ExportError} `damaged-model` if arrays and objects are nested deeper than any model's */
export function checkDepth(json: unknown, where: string): void {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) damaged(where, `nested deeper than ${MAX_DEPTH} levels`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const item of Object.values(value)) next.push(item);
    }
    level = next;
  }
}
