// The LSTM language model: its sizes and the shapes of its parameters.
//
// Letters: V vocabulary, E embedding, H hidden units of a layer. Gates are stacked in ONNX's order: i, o, f, c.

export interface LstmConfig {
  readonly kind: 'lstm';
  /** V, >= 2. */
  readonly vocabularySize: number;
  /** E, >= 1. */
  readonly embeddingSize: number;
  /** H, >= 1. */
  readonly hiddenSize: number;
  /** Number of LSTM layers, >= 1. */
  readonly layers: number;
  /** Probability of dropping a value between layers and before the output, while training; [0, 1). */
  readonly dropout: number;
  /** The output projection is the embedding table itself; needs E = H. */
  readonly tiedOutput: boolean;
}

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Every parameter of the network, in the order in which files and graphs list them:
 *  `embedding.weight` [V, E]; for each layer l `lstm.l.input.weight` [4H, E or H], `lstm.l.recurrent.weight` [4H, H],
 *  `lstm.l.bias` [4H]; `output.weight` [V, H] unless tied; `output.bias` [V]. */
export function lstmParameters(config: LstmConfig): ParameterSpec[] {
  const { vocabularySize: V, embeddingSize: E, hiddenSize: H, layers, tiedOutput } = config;
  const specs: ParameterSpec[] = [{ name: 'embedding.weight', shape: [V, E] }];
  for (let layer = 0; layer < layers; layer++) {
    specs.push(
      { name: `lstm.${layer}.input.weight`, shape: [4 * H, layer === 0 ? E : H] },
      { name: `lstm.${layer}.recurrent.weight`, shape: [4 * H, H] },
      { name: `lstm.${layer}.bias`, shape: [4 * H] },
    );
  }
  if (!tiedOutput) specs.push({ name: 'output.weight', shape: [V, H] });
  specs.push({ name: 'output.bias', shape: [V] });
  return specs;
}
