// The graph of a GraphModel: TensorFlow's GraphDef as JSON. Only what is needed to refuse a damaged one before TF.js
// stumbles over it, and to see what ids are looked up in.
// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
import * as z from 'zod';
import { checked, damaged } from '../../layers-model/read/refuse.js';
import type { GraphModelFile } from './graph-model-file.js';

const MOST_NODES = 100_000;

const nodeSchema = z.looseObject({
  name: z.string().min(1),
  op: z.string().min(1),
  input: z.array(z.string()).nullish(),
  attr: z.record(z.string(), z.unknown()).nullish(),
});

const functionSchema = z.looseObject({
  signature: z.looseObject({
    name: z.string(),
    inputArg: z.array(z.looseObject({ name: z.string() })).optional(),
  }),
  nodeDef: z.array(nodeSchema).nullish(),
});

const topologySchema = z.looseObject({
  node: z.array(nodeSchema).min(1).max(MOST_NODES),
  versions: z.looseObject({}).nullish(),
  library: z.looseObject({ function: z.array(functionSchema).nullish() }).nullish(),
});

const entrySchema = z.looseObject({
  name: z.string().optional(),
  dtype: z.string().optional(),
  resourceId: z.unknown().optional(),
});
const signatureSchema = z.looseObject({
  inputs: z.record(z.string(), entrySchema).nullish(),
  outputs: z.record(z.string(), entrySchema).nullish(),
});

export type GraphNode = z.infer<typeof nodeSchema>;
export type GraphSignature = z.infer<typeof signatureSchema>;
type Topology = z.infer<typeof topologySchema>;

/** Checks that every node's inputs are there and every constant has its weight.
 *  @returns the nodes by their name, without those of functions
 *  @throws {ExportError} `damaged-model`, naming the node */
export function checkTopology({
  where: name,
  json,
  specs,
}: GraphModelFile): ReadonlyMap<string, GraphNode> {
  const { modelTopology } = json;
  const { node: nodes, library }: Topology = checked(topologySchema, modelTopology, name);
  const weights = new Set(specs.map((spec) => spec.name));
  const graph = checkNodes(name, nodes, [], weights);
  for (const { signature, nodeDef } of library?.function ?? []) {
    const given = signature.inputArg?.map((argument) => argument.name) ?? [];
    checkNodes(`${name}, function ${signature.name}`, nodeDef ?? [], given, weights);
  }
  return graph;
}

/** The signature of a GraphModel: older files have it among their metadata. */
export function signatureOf({ where, json }: GraphModelFile): GraphSignature {
  const { signature, userDefinedMetadata } = json as {
    signature?: unknown;
    userDefinedMetadata?: { signature?: unknown } | null;
  };
  return checked(signatureSchema, userDefinedMetadata?.signature ?? signature ?? {}, where);
}

/** `^name:1` without its marks: the name of a node. */
export function nodeNameOf(input: string): string {
  return input.replace(/^\^/, '').split(':', 1)[0];
}

function checkNodes(
  where: string,
  nodes: readonly GraphNode[],
  given: readonly string[],
  weights: ReadonlySet<string>,
): ReadonlyMap<string, GraphNode> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size !== nodes.length) damaged(where, 'two nodes have the same name');
  for (const { name, op, input } of nodes) {
    if (op === 'Const' && !weights.has(name)) {
      damaged(where, `constant ${name} has no weight in the weightsManifest`);
    }
    for (const source of input ?? []) {
      const from = nodeNameOf(source);
      if (byName.has(from) || given.includes(from)) continue;
      damaged(
        where,
        `node ${name} (${op}) takes ${JSON.stringify(source.slice(0, 60))}, which is not there`,
      );
    }
  }
  return byName;
}
