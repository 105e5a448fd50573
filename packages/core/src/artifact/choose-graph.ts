// Which graph of a model a runtime takes. One rule for all of them, so that the same seed gives the same notes.
import type { GraphEntry, GraphKind, ModelPrecision } from './manifest.js';
import type { ModelRuntime } from './manifest-parts.js';

export interface GraphRequest {
  readonly kind: GraphKind;
  readonly runtime: ModelRuntime;
  /** Default: the first reproducible form that the manifest lists for this kind and runtime. */
  readonly precision?: ModelPrecision;
}

/** Chooses among the graphs of a manifest, or of a verified artifact.
 *  @returns undefined if there is none. Only `step` is a must: without `chunk` a runtime draws token by token. */
export function chooseGraph<Entry extends GraphEntry>(
  { graphs }: { readonly graphs: readonly Entry[] },
  { kind, runtime, precision }: GraphRequest,
): Entry | undefined {
  return graphs.find(
    (graph) =>
      graph.kind === kind &&
      graph.runtimes.includes(runtime) &&
      (precision === undefined ? isReproducible(graph.precision) : graph.precision === precision),
  );
}

/** Whether a form computes in float32 alone, and so gives the same notes everywhere. */
export function isReproducible(precision: ModelPrecision): boolean {
  return precision !== 'int8-dynamic';
}
