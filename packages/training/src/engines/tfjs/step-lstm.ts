// LSTM layers for backends without a kernel for a whole sequence: one product a step, and one large product for the
// gradient of the recurrent weights. Written for the wasm backend: `slice` and `split` copy their whole input there and
// `gather` does not; and a product with a transpose flag is forty times slower than one without.
//
//   i, f, o = sigmoid, c~ = tanh of x_t W + b + h_{t-1} R;  c_t = f c_{t-1} + i c~;  h_t = o tanh(c_t)
// d... is the gradient of ....
import type { LayerOutput, LayerState, LstmLayers, LstmWeights, Window } from './lstm-layers.js';
import { affine, lookUp } from './operations.js';
import { type Rank, type Tensor, type Tensor2D, type Tf, withGradient } from './tf.js';

/** What the gradient of one step needs, each [B, H]. */
interface SavedStep {
  readonly input: Tensor2D;
  readonly forget: Tensor2D;
  readonly candidate: Tensor2D;
  readonly output: Tensor2D;
  readonly cellBefore: Tensor2D;
  readonly hiddenBefore: Tensor2D;
  readonly cellTanh: Tensor2D;
}
const SAVED = [
  'input',
  'forget',
  'candidate',
  'output',
  'cellBefore',
  'hiddenBefore',
  'cellTanh',
] as const satisfies readonly (keyof SavedStep)[];

/** LSTM layers of ordinary TF.js operations. */
export function createStepLstm(tf: Tf): LstmLayers {
  return {
    // The product with the embedding is made once for each id instead of once for each token: there are fewer.
    first: (embedding, weights, window, state) => {
      const table = affine(tf, embedding, weights.kernel, weights.bias); // [V, 4H]
      return recurrence(tf, lookUp(tf, table, window.tokens), weights, window, state);
    },
    next: (rows, weights, window, state) => {
      const projected = affine(tf, rows, weights.kernel, weights.bias);
      return recurrence(tf, projected, weights, window, state);
    },
  };
}

/** @param projected x W + b, [N, 4H] */
function recurrence(
  tf: Tf,
  projected: Tensor2D,
  { recurrent }: LstmWeights,
  window: Window,
  before: LayerState,
): LayerOutput {
  const { steps, batch, resets } = window;
  const units = recurrent.shape[0];
  let { hidden, cell } = before;
  const rows = withGradient<Tensor2D>(
    tf,
    [projected, recurrent],
    (save) => {
      const step = createStep(tf, recurrent, batch);
      const bySteps = tf.reshape<Rank.R2>(projected, [steps, batch * 4 * units]);
      const hiddens: Tensor2D[] = [];
      const saved: Tensor[] = [];
      for (let t = 0; t < steps; t++) {
        const keep = resets.get(t);
        const hiddenBefore = keep ? tf.mul<Tensor2D>(hidden, keep) : hidden;
        const cellBefore = keep ? tf.mul<Tensor2D>(cell, keep) : cell;
        const result = step(stepOf(tf, bySteps, t, batch), hiddenBefore, cellBefore);
        ({ hidden, cell } = result);
        hiddens.push(hidden);
        saved.push(...SAVED.map((name) => ({ ...result, hiddenBefore, cellBefore })[name]));
      }
      save([recurrent, ...saved]);
      tf.keep(hidden);
      tf.keep(cell);
      return tf.concat(hiddens, 0);
    },
    (dy, saved) => recurrenceGradient(tf, window, dy, saved),
  );
  return { rows, hidden, cell };
}

type Step = (
  projected: Tensor2D, // [B, 4H]
  hidden: Tensor2D,
  cell: Tensor2D,
) => Pick<SavedStep, 'input' | 'forget' | 'candidate' | 'output' | 'cellTanh'> & LayerState;

function createStep(tf: Tf, recurrent: Tensor2D, batch: number): Step {
  const units = recurrent.shape[0];
  // A row of sums is four rows of H beside each other; these pick one of the four from every sequence.
  const gates = [0, 1, 2, 3].map((gate) => tf.range(gate, 4 * batch, 4, 'int32'));
  return (projected, hiddenBefore, cellBefore) =>
    tf.tidy(() => {
      const sums = tf.add(projected, tf.matMul(hiddenBefore, recurrent));
      const rows = tf.reshape<Rank.R2>(sums, [4 * batch, units]);
      const [i, f, c, o] = gates.map((places) => tf.gather(rows, places));
      const input = tf.sigmoid(i);
      const forget = tf.sigmoid(f);
      const candidate = tf.tanh(c);
      const output = tf.sigmoid(o);
      const cell: Tensor2D = tf.add(tf.mul(forget, cellBefore), tf.mul(input, candidate));
      const cellTanh = tf.tanh(cell);
      return {
        input,
        forget,
        candidate,
        output,
        cell,
        cellTanh,
        hidden: tf.mul<Tensor2D>(output, cellTanh),
      };
    });
}

/** @returns gradients of the projection [N, 4H] and of the recurrent weights [H, 4H] */
function recurrenceGradient(
  tf: Tf,
  { steps, batch, resets }: Window,
  dy: Tensor2D,
  [recurrent, ...saved]: Tensor[],
): Tensor[] {
  const transposed = tf.transpose(recurrent as Tensor2D); // [4H, H]
  const units = transposed.shape[1];
  const bySteps = tf.reshape<Rank.R2>(dy, [steps, batch * units]);
  const savedStep = (t: number): SavedStep =>
    Object.fromEntries(
      SAVED.map((name, index) => [name, saved[t * SAVED.length + index]]),
    ) as unknown as SavedStep;
  let dHidden: Tensor2D = tf.zeros<Rank.R2>([batch, units]);
  let dCell = dHidden;
  const dSums: Tensor2D[] = [];
  for (let t = steps - 1; t >= 0; t--) {
    const keep = resets.get(t);
    const [sums, hidden, cell] = tf.tidy(() => {
      const dh: Tensor2D = tf.add(stepOf(tf, bySteps, t, batch), dHidden);
      const through = throughCell(tf, savedStep(t), dh, dCell);
      const dHiddenBefore = tf.matMul(through.dSums, transposed);
      return keep
        ? [through.dSums, tf.mul(dHiddenBefore, keep), tf.mul(through.dCell, keep)]
        : [through.dSums, dHiddenBefore, through.dCell];
    }) as [Tensor2D, Tensor2D, Tensor2D];
    dSums.unshift(sums);
    [dHidden, dCell] = [hidden, cell];
  }
  const dProjected = tf.concat(dSums, 0);
  const hiddenBefore = tf.concat(
    dSums.map((_, t) => savedStep(t).hiddenBefore),
    0,
  );
  return [dProjected, tf.matMul(tf.transpose(hiddenBefore), dProjected)];
}

/** From the gradient of h_t and c_t to that of the gates' sums [B, 4H] and of c_{t-1}. */
function throughCell(
  tf: Tf,
  { input, forget, candidate, output, cellBefore, cellTanh }: SavedStep,
  dHidden: Tensor2D,
  dCellAfter: Tensor2D,
): { dSums: Tensor2D; dCell: Tensor2D } {
  const bySigmoid = (dGate: Tensor, gate: Tensor): Tensor2D =>
    // s' = s (1 - s)
    tf.mul(tf.mul(dGate, gate), tf.sub(1, gate));
  const byTanh = (d: Tensor, value: Tensor): Tensor2D => tf.mul(d, tf.sub(1, tf.square(value)));
  const dCell = tf.add(dCellAfter, byTanh(tf.mul(dHidden, output), cellTanh));
  const dSums = tf.concat(
    [
      bySigmoid(tf.mul(dCell, candidate), input),
      bySigmoid(tf.mul(dCell, cellBefore), forget),
      byTanh(tf.mul(dCell, input), candidate),
      bySigmoid(tf.mul(dHidden, cellTanh), output),
    ],
    1,
  );
  return { dSums, dCell: tf.mul(dCell, forget) };
}

/** @param bySteps [T, B * W]
 *  @returns [B, W] */
function stepOf(tf: Tf, bySteps: Tensor2D, t: number, batch: number): Tensor2D {
  return tf.tidy(() => tf.reshape(tf.gather(bySteps, tf.tensor1d([t], 'int32')), [batch, -1]));
}
