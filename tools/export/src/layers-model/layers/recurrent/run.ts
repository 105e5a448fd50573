// One pass of a recurrent layer over a sequence, in the form that fits it.
import type { Value } from '@ostinato/graph';
import { fixedSize, floatInput, type LayerUse, refuse, describe } from '../../convert/layer-use.js';
import type { Cell, CellActivations } from './cells.js';
import { fitsOperator, runAsOperator } from './operator-form.js';
import { runAsScan } from './scan-form.js';
import { cellActivations, type RecurrentSettings, sequenceMask } from './settings.js';

export interface RunInputs {
  readonly use: Omit<LayerUse, 'config'>;
  readonly cell: Cell;
  readonly activations: CellActivations;
  /** [B, T, I] */
  readonly x: Value;
  readonly units: number;
  readonly usesBias: boolean;
  /** From the last step to the first. */
  readonly isReverse: boolean;
  /** Which steps count, bool [B, T]; all if it is left out. */
  readonly mask: Value | undefined;
  /** States before the first step, each [B, H]; zeros if they are left out. */
  readonly initial: readonly Value[] | undefined;
}

export interface RecurrentRun {
  /** All hidden states in the order of time, [B, T, H]. */
  readonly sequence: () => Value;
  /** States after the last step, each [B, H], the hidden one first. */
  readonly states: readonly Value[];
}

/** Runs a layer over its first input. If it is stateful, its states become inputs and outputs of the graph.
 *  @param given states that the model itself passes
 *  @param direction names the states of one half of a Bidirectional layer */
export function runRecurrent(
  use: LayerUse,
  cell: Cell,
  settings: RecurrentSettings,
  {
    given,
    isReverse,
    direction,
  }: {
    readonly given: readonly Value[];
    readonly isReverse: boolean;
    readonly direction?: 'forward' | 'backward';
  },
): RecurrentRun {
  const x = floatInput(use);
  if (x.shape.length !== 3) {
    refuse(use, `expected an input [batch, steps, features], found ${describe(x)}`);
  }
  fixedSize(use, x, 2);
  const { units } = settings;
  const ports =
    settings.stateful && given.length === 0
      ? cell.stateNames.map((name) =>
          use.conversion.state(use.layer, direction ? `${direction}.${name}` : name, [
            x.shape[0],
            units,
          ]),
        )
      : [];
  const held = ports.map(({ before }) => before);
  const initial = given.length > 0 ? given : held;
  const inputs: RunInputs = {
    use,
    cell,
    activations: cellActivations(use, settings),
    x,
    units,
    usesBias: settings.use_bias,
    isReverse,
    mask: sequenceMask(use),
    initial: initial.length > 0 ? initial : undefined,
  };
  const run = fitsOperator(inputs) ? runAsOperator(inputs) : runAsScan(inputs);
  ports.forEach(({ setAfter }, index) => setAfter(run.states[index]));
  return run;
}

/** States that the model passes after the sequence: all of a layer's, or none.
 *  @throws {ExportError} `unsupported-layer` for another number of them, or of another size */
export function givenStates(use: LayerUse, count: number, units: number): Value[] {
  const states = use.inputs.slice(1).map((_, index) => floatInput(use, index + 1));
  if (states.length !== 0 && states.length !== count) {
    refuse(use, `expected ${count} initial states, found ${states.length}`);
  }
  const odd = states.find(({ shape }) => shape.length !== 2 || shape[1] !== units);
  if (odd) refuse(use, `expected initial states [batch, ${units}], found ${describe(odd)}`);
  return states;
}
