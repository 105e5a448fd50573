// Stacks and graphs of layers drawn at random: all agree with TF.js.
import * as fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { convertAndCompare } from './testing/convert-and-compare.js';
import { buildModel, recipes } from './testing/random-model.js';
import { startTfjs } from './testing/saved-model.js';

/** Models in one run. */
const RUNS = 500;

beforeAll(startTfjs);

it(`converts ${RUNS} random models that agree with TF.js`, async () => {
  const classes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(recipes, async (recipe) => {
      const model = buildModel(recipe);
      for (const layer of model.layers) classes.add(layer.getClassName());
      const { report } = await convertAndCompare(model, { seed: recipe.seed, scale: 0.5 });
      expect(report.inputsTried).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: RUNS, seed: 20261125, endOnFailure: true },
  );
  // The draws reach every class that the recipes know.
  expect(classes.size).toBeGreaterThanOrEqual(28);
}, 180_000);
