// The settings that LSTM, GRU and SimpleRNN share.
import type { Value } from '@ostinato/graph';
import * as z from 'zod';
import { type LayerUse, refuse } from '../../convert/layer-use.js';
import { activationNamed, activationOption } from '../activations.js';
import { flag, off, size } from '../options.js';
import type { Cell, CellActivations } from './cells.js';

const common = {
  units: size,
  // Without it, TF.js takes the hard sigmoid; Keras's own default is written into every file.
  recurrent_activation: activationOption('hardSigmoid'),
  use_bias: flag(true),
  return_sequences: flag(false),
  return_state: flag(false),
  go_backwards: flag(false),
  stateful: flag(false),
  time_major: off('TF.js has the batch first'),
  zero_output_for_mask: off('TF.js repeats the output of the step before'),
  reset_after: off(
    'TF.js has no GRU that resets after the product; train and save the layer with reset_after=False',
  ),
};
const gatedSchema = z.object({ ...common, activation: activationOption('tanh') });
const simpleSchema = z.object({ ...common, activation: activationOption('tanh', 'tanh') });

/** The schema of a class: for a SimpleRNN, null is tanh too. */
export function recurrentSchema(cell: Cell): z.ZodType<RecurrentSettings> {
  return cell.operator === 'RNN' ? simpleSchema : gatedSchema;
}

export type RecurrentSettings = z.infer<typeof gatedSchema>;

/** The activations by their names in this package. */
export function cellActivations(
  use: Pick<LayerUse, 'where'>,
  settings: RecurrentSettings,
): CellActivations {
  return {
    activation: activationNamed(use, settings.activation),
    recurrentActivation: activationNamed(use, settings.recurrent_activation),
  };
}

/** Which steps count, [B, T]; nothing where all do.
 *  @throws {ExportError} `unsupported-layer` if TF.js would take a mask that is not this sequence's */
export function sequenceMask(use: LayerUse): Value | undefined {
  const [{ mask }] = use.inputs;
  if (mask !== undefined && mask !== 'lost') return mask();
  if (!use.conversion.hasMasks) return undefined;
  return refuse(
    use,
    'the mask of an earlier layer does not reach it in the shape of its input, and TF.js would apply it all the same; ' +
      'set mask_zero to false, or take Masking away',
  );
}
