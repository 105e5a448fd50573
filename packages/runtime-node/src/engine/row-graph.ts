// A chunk graph whose rows draw each in its own way, made of one whose rows share temperature, cuts and bias. The rows of a
// server's batch belong to different callers; models in use have the shared form, and a new form in every artifact would be
// one more contract for exporters, so it is derived when an engine starts. The arithmetic of a row stays the same, bit for bit.
//
// Letters: B sequences, V vocabulary, K states of the grammar, C candidates.
import { decodeModel, encodeModel, type Graph, type Node, type Value } from '@ostinato/graph';

/** Rewrites a chunk graph as `tools/export` makes it. Inputs: `temperature`, `top_k`, `top_p` and `min_p` become [B, 1] and
 *  `bias` [B, V]; all others and the outputs stay.
 *  @param chunk an ONNX file that has been verified
 *  @returns undefined for a graph that uses those inputs in another way */
export function rowGraph(chunk: Uint8Array): Uint8Array | undefined {
  const model = decodeModel(chunk);
  const graph = withRowParameters(model.graph);
  return graph && encodeModel({ ...model, graph });
}

function withRowParameters(graph: Graph): Graph | undefined {
  const scan = graph.nodes.find(({ opType }) => opType === 'Scan');
  const attribute = scan?.attributes.get('body');
  if (!scan || attribute?.type !== 'graph') return undefined;
  const body = attribute.value;
  const uses = usesOf(allNodes(graph));
  const penalties = findPenalties(graph, uses);
  if (!penalties || !areBroadcast(uses) || body.nodes.every((node) => node !== penalties.gather)) {
    return undefined;
  }

  // The bias was added to every row of a table [K, V] before the loop. Now it is added to the row that a sequence takes.
  const { add, where, gather, outputBias } = penalties;
  const masked = { ...where, inputs: where.inputs.map((name) => replaced(name, add, outputBias)) };
  const [result] = gather.outputs;
  const taken = `${result}/without_bias`;
  const bodyNodes = body.nodes.flatMap((node): Node[] =>
    node === gather
      ? [{ ...gather, outputs: [taken] }, addition(`${result}/bias`, taken, 'bias', result)]
      : [node],
  );
  const attributes = new Map(scan.attributes);
  attributes.set('body', { type: 'graph', value: { ...body, nodes: bodyNodes } });
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node === add) return [];
    if (node === where) return [masked];
    return [node === scan ? { ...scan, attributes } : node];
  });
  return { ...graph, nodes, inputs: graph.inputs.map(rowInput) };
}

/** Of the graph and of all that is inside it. */
function allNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => [
    node,
    ...[...node.attributes.values()].flatMap((attribute) =>
      attribute.type === 'graph' ? allNodes(attribute.value) : [],
    ),
  ]);
}

/** Nodes by the name of a value that they read. */
type Uses = ReadonlyMap<string, readonly Node[]>;

function usesOf(nodes: readonly Node[]): Uses {
  const uses = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) uses.set(name, [...(uses.get(name) ?? []), node]);
  }
  return uses;
}

/** The nodes between the bias and the loop: `Gather(Where(allowed, outputBias + bias, -infinity), state)`. */
interface Penalties {
  readonly add: Node;
  readonly where: Node;
  readonly gather: Node;
  readonly outputBias: string;
}

function findPenalties({ initializers }: Graph, uses: Uses): Penalties | undefined {
  const add = onlyUse(uses, 'bias', 'Add');
  const where = add && onlyUse(uses, add.outputs[0], 'Where');
  const gather = where && onlyUse(uses, where.outputs[0], 'Gather');
  const outputBias = add?.inputs.find((name) => name !== 'bias');
  if (!add || !where || !gather || outputBias === undefined) return undefined;
  const isMask = initializers.has(where.inputs[0]) && where.inputs[1] === add.outputs[0];
  const isTaken = gather.inputs[0] === where.outputs[0];
  const isConstant = initializers.has(outputBias);
  return isMask && isTaken && isConstant ? { add, where, gather, outputBias } : undefined;
}

/** Whether a column [B, 1] can stand for each of the four scalars: they meet matrices [B, ...] element by element, and
 *  nothing that has taken them into a vector [C] does anything else with it. */
function areBroadcast(uses: Uses): boolean {
  const isUsed = (name: string, opType: string): boolean =>
    onlyUse(uses, name, opType) !== undefined;
  const ranks = onlyUse(uses, 'top_k', 'Less');
  const floors = takenIntoFloors(uses);
  return (
    isUsed('temperature', 'Div') &&
    isUsed('min_p', 'Mul') &&
    ranks !== undefined &&
    floors !== undefined &&
    onlyUse(uses, ranks.outputs[0], 'Where') === floors
  );
}

/** The node that makes a vector [C] of top-k and top-p, if nothing but the cut of the ranks reads it.
 *  Since 2026-11-26 `probabilities and those behind > Where(is first, -1, Where(ranks < top_k, 1 - top_p, 2))`, before
 *  `probabilities before < Where(ranks < top_k, top_p, -1)`. */
function takenIntoFloors(uses: Uses): Node | undefined {
  const rest = onlyUse(uses, 'top_p', 'Sub');
  const floors = onlyUse(uses, rest ? rest.outputs[0] : 'top_p', 'Where');
  if (!floors) return undefined;
  if (!rest) return onlyUse(uses, floors.outputs[0], 'Less') && floors;
  const withFirst = onlyUse(uses, floors.outputs[0], 'Where');
  return onlyUse(uses, withFirst?.outputs[0], 'Greater') && floors;
}

/** The one node that reads a value, if it is of that operator. */
function onlyUse(uses: Uses, name: string | undefined, opType: string): Node | undefined {
  const [node, ...others] = (name !== undefined && uses.get(name)) || [];
  return others.length === 0 && node?.opType === opType ? node : undefined;
}

function replaced(name: string, { outputs }: Node, by: string): string {
  return name === outputs[0] ? by : name;
}

function addition(name: string, a: string, b: string, sum: string): Node {
  return { name, opType: 'Add', domain: '', inputs: [a, b], outputs: [sum], attributes: new Map() };
}

function rowInput(input: Value): Value {
  switch (input.name) {
    case 'bias':
      return { ...input, shape: ['B', ...input.shape] };
    case 'temperature':
    case 'top_k':
    case 'top_p':
    case 'min_p':
      return { ...input, shape: ['B', 1] };
    default:
      return input;
  }
}
