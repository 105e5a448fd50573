// Bidirectional: a recurrent layer over a sequence both ways.
import type { GraphBuilder, Value } from '@ostinato/graph';
import * as z from 'zod';
import { layerConverter, type LayerUse, parseConfig, refuse } from '../convert/layer-use.js';
import type { Layer } from '../types.js';
import { CELLS } from './recurrent/cells.js';
import { returned } from './recurrent/recurrent-layer.js';
import { givenStates, runRecurrent } from './recurrent/run.js';
import { recurrentSchema } from './recurrent/settings.js';

type Merge = (g: GraphBuilder, forward: Value, backward: Value) => Value;

const MERGES = {
  concat: (g, a, b) => g.concat([a, b], a.shape.length - 1),
  sum: (g, a, b) => g.add(a, b),
  ave: (g, a, b) => g.mul(g.float(0.5), g.add(a, b)),
  mul: (g, a, b) => g.mul(a, b),
} as const satisfies Record<string, Merge>;

/** Inputs: the sequence [B, T, I], then initial states [B, H] forwards and backwards, or none. Outputs: both directions
 *  merged, or one after the other if the mode is null; then their states if the layer returns them. */
export const bidirectional = layerConverter({
  schema: z.object({
    merge_mode: z
      .enum(['concat', 'sum', 'ave', 'mul'])
      .nullish()
      .transform((mode) => (mode === undefined ? 'concat' : mode)),
    backward_layer: z.null({ error: 'TF.js has one layer for both directions' }).optional(),
  }),
  inputs: [1, 5],
  mask: (use) => (innerOf(use).settings.return_sequences ? use.inputs[0].mask : undefined),
  convert: (use) => {
    const { g, config } = use;
    const { cell, settings, layer } = innerOf(use);
    if (settings.stateful) use.conversion.claimStates(use);
    const given = givenStates(use, 2 * cell.stateNames.length, settings.units);
    const [forward, backward] = (['forward', 'backward'] as const).map((direction, index) =>
      runRecurrent(
        { ...use, scope: [...use.scope, `${direction}_${layer.name}`] },
        cell,
        settings,
        {
          given: given.slice((index * given.length) / 2, ((index + 1) * given.length) / 2),
          isReverse: settings.go_backwards !== (direction === 'backward'),
          direction,
        },
      ),
    );
    // What went backwards is turned around again, so both are in one order.
    const both = [forward, backward].map((run) => returned(g, run, settings)) as [Value, Value];
    const merged = config.merge_mode === null ? both : [MERGES[config.merge_mode](g, ...both)];
    const states = settings.return_state ? [...forward.states, ...backward.states] : [];
    return [...merged, ...states];
  },
});

function innerOf(use: LayerUse) {
  const layer = use.layer.wrapped as Layer;
  const where = `${use.where}, layer inside`;
  const cell = CELLS.get(layer.className);
  if (!cell) {
    return refuse(
      use,
      `goes both ways with ${layer.className.slice(0, 60)}; expected ${[...CELLS.keys()].join(', ')}`,
    );
  }
  return { layer, cell, settings: parseConfig(recurrentSchema(cell), layer, where) };
}
