// The referee of engines: the training of an LSTM as plain loops in float64, written from the equations and sharing no
// code with any engine. No dropout. Slow; for networks of a few units.
//
// Letters: T steps, B sequences, V vocabulary, H hidden units, I inputs of a layer. Gates are stacked i, o, f, c.
// d... is the gradient of the loss with respect to ....
import type { LstmConfig, NamedTensors } from '@ostinato/model';
import type { Batch } from '../data/batch.js';
import type { OptimizerOptions } from '../engines/engine-factory.js';
import type { StepResult } from '../engines/engine.js';

/** A matrix, row by row; a vector has one column. */
interface Weights {
  readonly rows: number;
  readonly columns: number;
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

interface Layer {
  readonly input: Weights; // [4H, I]
  readonly recurrent: Weights; // [4H, H]
  readonly bias: Weights; // [4H]
}

interface State {
  hidden: Float64Array;
  cell: Float64Array;
}

/** What one layer did at one step; the backward pass needs all of it. */
interface Step {
  readonly input: Float64Array;
  readonly before: State; // after `keep`
  readonly gates: Float64Array; // i, o, f, c after their functions, [4H]
  readonly after: State;
}

export class ReferenceTraining {
  readonly #config: LstmConfig;
  readonly #optimizer: OptimizerOptions;
  readonly #weights = new Map<string, Weights>();
  readonly #layers: Layer[];
  /** By sequence, then by layer. */
  readonly #states: State[][];
  #step = 0;

  constructor(
    config: LstmConfig,
    batch: number,
    optimizer: OptimizerOptions,
    parameters: NamedTensors,
  ) {
    this.#config = config;
    this.#optimizer = optimizer;
    for (const [name, { shape, data }] of parameters) {
      const zeros = (): Float64Array => new Float64Array(data.length);
      this.#weights.set(name, {
        rows: shape[0],
        columns: shape[1] ?? 1,
        value: Float64Array.from(data),
        gradient: zeros(),
        first: zeros(),
        second: zeros(),
      });
    }
    this.#layers = Array.from({ length: config.layers }, (_, layer) => ({
      input: this.#named(`lstm.${layer}.input.weight`),
      recurrent: this.#named(`lstm.${layer}.recurrent.weight`),
      bias: this.#named(`lstm.${layer}.bias`),
    }));
    const zeros = (): Float64Array => new Float64Array(config.hiddenSize);
    this.#states = Array.from({ length: batch }, () =>
      this.#layers.map(() => ({ hidden: zeros(), cell: zeros() })),
    );
  }

  /** Present values of the parameters, by name. */
  get parameters(): ReadonlyMap<string, Float64Array> {
    return new Map([...this.#weights].map(([name, { value }]) => [name, value]));
  }

  /** One optimizer step, as `TrainingEngine` defines it. */
  step(batch: Batch, learningRate: number): Omit<StepResult, 'accuracy'> {
    for (const { gradient } of this.#weights.values()) gradient.fill(0);
    const count = Math.max(1, sum(batch.weights));
    let loss = 0;
    for (let stream = 0; stream < batch.batch; stream++) {
      loss += this.#learnFrom(batch, stream, count);
    }
    const squares = [...this.#weights.values()].map(({ gradient }) =>
      sum(gradient.map((g) => g * g)),
    );
    const gradientNorm = Math.sqrt(sum(squares));
    this.#update(learningRate, Math.min(1, this.#optimizer.clipNorm / (gradientNorm + 1e-6)));
    return { loss, gradientNorm };
  }

  /** Adds the gradients of one sequence. Gives its share of the loss. */
  #learnFrom(batch: Batch, stream: number, count: number): number {
    const places = Array.from({ length: batch.steps }, (_, t) => t * batch.batch + stream);
    const embedding = this.#named('embedding.weight');
    const output = this.#named(this.#config.tiedOutput ? 'embedding.weight' : 'output.weight');
    const bias = this.#named('output.bias');
    let loss = 0;
    const steps: Step[][] = [];
    const dTops: Float64Array[] = [];
    for (const at of places) {
      const stack = this.#forward(row(embedding, batch.tokens[at]), stream, batch.keep[at]);
      const top = stack.at(-1)!.after.hidden;
      const logits = times(output, top).map((value, v) => value + bias.value[v]);
      const probabilities = softmax(logits);
      const share = batch.weights[at] / count;
      if (share > 0) loss -= share * Math.log(probabilities[batch.targets[at]]);
      const dLogits = probabilities.map(
        (value, v) => share * (value - (v === batch.targets[at] ? 1 : 0)),
      );
      addOuter(output, dLogits, top);
      addOuter(bias, dLogits, ONE);
      steps.push(stack);
      dTops.push(timesTransposed(output, dLogits));
    }
    this.#backward(batch, places, steps, dTops);
    return loss;
  }

  /** One token through all layers. */
  #forward(embedded: Float64Array, stream: number, keep: number): Step[] {
    let input = embedded;
    return this.#layers.map(({ input: W, recurrent: R, bias }, index) => {
      const state = this.#states[stream][index];
      const before = {
        hidden: state.hidden.map((value) => keep * value),
        cell: state.cell.map((value) => keep * value),
      };
      const [fromInput, fromBefore] = [times(W, input), times(R, before.hidden)];
      const H = this.#config.hiddenSize;
      const gates = fromInput.map((value, gate) => {
        const total = value + fromBefore[gate] + bias.value[gate];
        return gate < 3 * H ? 1 / (1 + Math.exp(-total)) : Math.tanh(total);
      });
      const cell = before.cell.map(
        (value, h) => gates[2 * H + h] * value + gates[h] * gates[3 * H + h],
      );
      const after = { hidden: cell.map((value, h) => gates[H + h] * Math.tanh(value)), cell };
      const step = { input, before, gates, after };
      this.#states[stream][index] = after;
      input = after.hidden;
      return step;
    });
  }

  /** Back through time and layers. */
  #backward(batch: Batch, places: number[], steps: Step[][], dTops: Float64Array[]): void {
    const H = this.#config.hiddenSize;
    const embedding = this.#named('embedding.weight');
    const flows = this.#layers.map(() => ({
      hidden: new Float64Array(H),
      cell: new Float64Array(H),
    }));
    for (const [t, at] of [...places.entries()].toReversed()) {
      let dOutput = dTops[t];
      for (const [index, { input: W, recurrent: R, bias }] of [
        ...this.#layers.entries(),
      ].toReversed()) {
        const step = steps[t][index];
        const dHidden = dOutput.map((value, h) => value + flows[index].hidden[h]);
        const { dSums, dCell } = throughCell(step, dHidden, flows[index].cell);
        addOuter(W, dSums, step.input);
        addOuter(R, dSums, step.before.hidden);
        addOuter(bias, dSums, ONE);
        flows[index] = {
          hidden: timesTransposed(R, dSums).map((value) => batch.keep[at] * value),
          cell: dCell.map((value) => batch.keep[at] * value),
        };
        dOutput = timesTransposed(W, dSums);
      }
      const from = batch.tokens[at] * embedding.columns;
      for (const [e, value] of dOutput.entries()) embedding.gradient[from + e] += value;
    }
  }

  /** AdamW (Loshchilov & Hutter 2019) on gradients cut by `factor`; vectors do not decay. */
  #update(learningRate: number, factor: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#optimizer;
    this.#step++;
    for (const { columns, value, gradient, first, second } of this.#weights.values()) {
      const decay = columns > 1 ? learningRate * weightDecay : 0;
      for (let i = 0; i < value.length; i++) {
        const slope = gradient[i] * factor;
        first[i] = beta1 * first[i] + (1 - beta1) * slope;
        second[i] = beta2 * second[i] + (1 - beta2) * slope * slope;
        const mean = first[i] / (1 - beta1 ** this.#step);
        const deviation = Math.sqrt(second[i] / (1 - beta2 ** this.#step));
        value[i] -= decay * value[i] + (learningRate * mean) / (deviation + epsilon);
      }
    }
  }

  #named(name: string): Weights {
    const weights = this.#weights.get(name);
    if (!weights) throw new Error(`internal: no parameter ${name}`);
    return weights;
  }
}

/** The vector of a bias's inputs. */
const ONE = Float64Array.of(1);

/** From the gradient of h_t and c_t to that of the gates' sums and of c_{t-1}. */
function throughCell(
  { before, gates, after }: Step,
  dHidden: Float64Array,
  dCellAfter: Float64Array,
): { dSums: Float64Array; dCell: Float64Array } {
  const H = dHidden.length;
  const dSums = new Float64Array(4 * H);
  const dCell = new Float64Array(H);
  for (let h = 0; h < H; h++) {
    const [i, o, f, c] = [0, 1, 2, 3].map((gate) => gates[gate * H + h]);
    const tanh = Math.tanh(after.cell[h]);
    const dc = dCellAfter[h] + dHidden[h] * o * (1 - tanh * tanh);
    dSums[h] = dc * c * i * (1 - i);
    dSums[H + h] = dHidden[h] * tanh * o * (1 - o);
    dSums[2 * H + h] = dc * before.cell[h] * f * (1 - f);
    dSums[3 * H + h] = dc * i * (1 - c * c);
    dCell[h] = dc * f;
  }
  return { dSums, dCell };
}

const row = ({ value, columns }: Weights, index: number): Float64Array =>
  value.slice(index * columns, (index + 1) * columns);

function times({ value, rows, columns }: Weights, x: Float64Array): Float64Array {
  const y = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) y[r] += value[r * columns + c] * x[c];
  }
  return y;
}

function timesTransposed({ value, rows, columns }: Weights, x: Float64Array): Float64Array {
  const y = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) y[c] += value[r * columns + c] * x[r];
  }
  return y;
}

function addOuter({ gradient, columns }: Weights, left: Float64Array, right: Float64Array): void {
  for (const [r, x] of left.entries()) {
    for (let c = 0; c < columns; c++) gradient[r * columns + c] += x * right[c];
  }
}

function softmax(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - highest));
  const total = sum(powers);
  return powers.map((value) => value / total);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
