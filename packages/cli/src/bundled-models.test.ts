// Every model in models/ is whole, and each of its graphs computes what its golden file says.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkGolden, isReproducible } from '@ostinato/core';
import { readArtifact, startModel } from '@ostinato/node';
import { describe, expect, it } from 'vitest';

const models = fileURLToPath(new URL('../../../models', import.meta.url));
const names = readdirSync(models, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('there is a default model', () => {
  expect(names).toContain('musicnet');
});

// Forms for a page run here too: what they compute does not depend on where.
describe.each(names)('%s', async (name) => {
  const { manifest, tokenizer, golden, graphs } = await readArtifact(`${models}/${name}`);
  const { grammar } = tokenizer;
  const { stateSize } = manifest;
  const anyStep = graphs.find(
    ({ kind, precision }) => kind === 'step' && isReproducible(precision),
  );

  it.each(graphs)('$file ($kind, $precision)', async (graph) => {
    const step = graph.kind === 'step' ? graph : anyStep!;
    const chunk = graph.kind === 'chunk' ? { chunk: graph.content } : {};
    const parts = { graphs: { step: step.content, ...chunk }, grammar, stateSize };
    await using model = await startModel(parts, { threads: 1 });
    if (isReproducible(graph.precision)) {
      await checkGolden(model, golden);
      return;
    }
    // The fast form draws other tokens; that the grammar allows them is checked by the model itself.
    const sampling = { ...manifest.sampling, topK: model.vocabularySize };
    const start = { state: model.createState(1), previousTokens: Int32Array.of(golden.primer[0]) };
    await model.decode({ ...sampling, ...start, uniforms: new Float32Array(200).fill(0.5) });
  });
});
