// The sizes that training is measured at, and how much arithmetic they are.

/** Letters as PyTorch's side has them: vocabulary, embedding, hidden, layers, batch, steps of a window. */
export interface TrainSizes {
  readonly V: number;
  readonly E: number;
  readonly H: number;
  readonly L: number;
  readonly B: number;
  readonly T: number;
}

const VOCABULARY = 400;
const WINDOW = 128;

/** Reads `2x512:32`: layers x hidden units : sequences of a batch.
 *  @throws {Error} if it is written otherwise */
export function parseTrainSizes(text: string): TrainSizes {
  const match = /^([1-9]\d?)x([1-9]\d{0,4}):([1-9]\d{0,3})$/.exec(text);
  if (!match) throw new Error(`--sizes: expected LAYERSxHIDDEN:BATCH, as 2x512:32, found ${text}`);
  const [L, H, B] = match.slice(1).map(Number) as [number, number, number];
  return { V: VOCABULARY, E: H, H, L, B, T: WINDOW };
}

/** Matrix products of a step, forward and backward, for each token; what is elementwise does not count. The products
 *  with the embedding are made once a step for each id of the vocabulary. */
export function flopsPerToken({ V, E, H, L, B, T }: TrainSizes): number {
  const product = (rows: number, columns: number) => 2 * rows * columns;
  const recurrent = 3 * L * product(4 * H, H);
  const input = 3 * (L - 1) * product(4 * H, H);
  const output = 3 * product(H, V);
  const lookup = product(4 * H, V); // the gradient of the lookup is a one-hot product
  const table = (3 * product(4 * H, E) * V) / (B * T);
  return recurrent + input + output + lookup + table;
}
