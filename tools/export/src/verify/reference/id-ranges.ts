// How large the ids may be that a GraphModel looks up: the rows of the tables that they reach.
import type { WeightSpec } from '../../layers-model/types.js';
import { type GraphNode, nodeNameOf } from './graph-topology.js';

/** Operators that hand ids on as they are. */
const PASS_ON: ReadonlySet<string> = new Set([
  'Cast',
  'ExpandDims',
  'Identity',
  'PlaceholderWithDefault',
  'Reshape',
  'Squeeze',
  'StopGradient',
  'Transpose',
]);

/** Operators that look up rows, and the place of the table among their inputs; the ids come next. */
const LOOK_UP: ReadonlySet<string> = new Set(['Gather', 'GatherV2', 'ResourceGather']);

/** For each placeholder whose numbers are looked up in a constant table: how many rows the smallest has. */
export function idRanges(
  nodes: ReadonlyMap<string, GraphNode>,
  specs: readonly WeightSpec[],
): ReadonlyMap<string, number> {
  const shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
  const source = (
    name: string | undefined,
    wanted: (node: GraphNode) => boolean,
  ): GraphNode | undefined => {
    let node = name === undefined ? undefined : nodes.get(nodeNameOf(name));
    for (let hops = 0; node && !wanted(node) && hops < nodes.size; hops++) {
      const [before] = PASS_ON.has(node.op) ? (node.input ?? []) : [];
      node = before === undefined ? undefined : nodes.get(nodeNameOf(before));
    }
    return node && wanted(node) ? node : undefined;
  };
  const ranges = new Map<string, number>();
  for (const { op, input } of nodes.values()) {
    if (!LOOK_UP.has(op)) continue;
    const table = source(input?.[0], (node) => node.op === 'Const');
    const ids = source(input?.[1], (node) => node.op.startsWith('Placeholder'));
    const rows = table && shapes.get(table.name)?.[0];
    if (!ids || rows === undefined || rows < 1) continue;
    ranges.set(ids.name, Math.min(rows, ranges.get(ids.name) ?? rows));
  }
  return ranges;
}
