// Which graphs of a model a runtime runs.
import {
  ArtifactError,
  chooseGraph,
  type GraphEntry,
  type ModelPrecision,
  type ModelRuntime,
} from '@ostinato/core';

/** @param artifact its manifest, or what was read of it
 *  @param precision Default: the first reproducible form. A form that only one kind of graph has is taken for that one.
 *  @throws {ArtifactError} `missing-graph` if it has no step graph, or not the asked form */
export function chooseGraphs<Entry extends GraphEntry>(
  artifact: { readonly graphs: readonly Entry[] },
  runtime: ModelRuntime,
  precision: ModelPrecision | undefined,
): { step: Entry; chunk?: Entry } {
  const request = { runtime, ...(precision && { precision }) };
  const asked = {
    step: chooseGraph(artifact, { kind: 'step', ...request }),
    chunk: chooseGraph(artifact, { kind: 'chunk', ...request }),
  };
  if (precision !== undefined && !asked.step && !asked.chunk) {
    const forms = artifact.graphs
      .filter(({ runtimes }) => runtimes.includes(runtime))
      .map((graph) => graph.precision);
    const known = [...new Set(forms)].join(', ') || 'none';
    throw new ArtifactError(
      'missing-graph',
      `manifest.json: expected a graph of precision ${precision} for ${runtime}, found ${known}; choose one of these, or export that form`,
    );
  }
  const step = asked.step ?? chooseGraph(artifact, { kind: 'step', runtime });
  if (!step) {
    throw new ArtifactError(
      'missing-graph',
      `manifest.json: expected a graph of kind "step" for ${runtime}, found none; export again`,
    );
  }
  return { step, ...(asked.chunk && { chunk: asked.chunk }) };
}
