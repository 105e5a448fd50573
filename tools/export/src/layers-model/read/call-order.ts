// The order in which layers can be computed.
import type { LayerCall } from '../types.js';
import { damaged, quoted } from './refuse.js';

/** All calls that the given ones need, each after those that it comes after. Walks without recursion: a file may be
 *  deep.
 *  @param before what must come before a call
 *  @throws {ExportError} `damaged-model` naming a layer of a circle */
export function inCallOrder(
  wanted: readonly LayerCall[],
  before: (call: LayerCall) => readonly LayerCall[],
  where: string,
): LayerCall[] {
  const ordered: LayerCall[] = [];
  const states = new Map<LayerCall, 'open' | 'done'>();
  for (const last of wanted) {
    const stack = [last];
    while (stack.length > 0) {
      const call = stack.at(-1)!;
      const state = states.get(call);
      if (state === undefined) {
        states.set(call, 'open');
        for (const earlier of before(call)) {
          if (states.get(earlier) === 'open') {
            damaged(where, `layer ${quoted(earlier.layer.name)} is part of a circle`);
          }
          if (!states.has(earlier)) stack.push(earlier);
        }
        continue;
      }
      if (state === 'open') ordered.push(call);
      states.set(call, 'done');
      stack.pop();
    }
  }
  return ordered;
}
