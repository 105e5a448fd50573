// LSTM, GRU and SimpleRNN as layers.
import type { GraphBuilder, Value } from '@ostinato/graph';
import { layerConverter, type LayerConverter } from '../../convert/layer-use.js';
import type { Cell } from './cells.js';
import { givenStates, type RecurrentRun, runRecurrent } from './run.js';
import { recurrentSchema, type RecurrentSettings } from './settings.js';

/** The converter of the layers that have this cell. Inputs: the sequence [B, T, I], then initial states [B, H] or none.
 *  Outputs: what it returns, then the states if it returns them. */
export function recurrentLayer(cell: Cell): LayerConverter {
  return layerConverter({
    schema: recurrentSchema(cell),
    inputs: [1, 1 + cell.stateNames.length],
    mask: ({ config, inputs }) => (config.return_sequences ? inputs[0].mask : undefined),
    convert: (use) => {
      const { config } = use;
      if (config.stateful) use.conversion.claimStates(use);
      const run = runRecurrent(use, cell, config, {
        given: givenStates(use, cell.stateNames.length, config.units),
        isReverse: config.go_backwards,
      });
      const result = returned(use.g, run, config);
      return config.return_state ? [result, ...run.states] : result;
    },
  });
}

/** All steps, the last one computed coming last, or that one alone. */
export function returned(
  g: GraphBuilder,
  { sequence, states }: RecurrentRun,
  settings: RecurrentSettings,
): Value {
  if (!settings.return_sequences) return states[0];
  return settings.go_backwards ? g.reverse(sequence(), 1) : sequence();
}
