// The layers of a LayersModel: from a network's configuration to Keras's words for it, and back.
// The words: https://github.com/keras-team/keras/tree/v2.9.0/keras/layers, in the Sequential form.
import type { LstmConfig } from '@ostinato/model';
import { z } from 'zod';
import { LayersModelError } from './layers-model-error.js';

export interface LayerDescription {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where a network's parameters are in the file: by our name, the layer's name and the weight's within it. */
export type WeightPlaces = ReadonlyMap<string, { readonly layer: string; readonly weight: string }>;

/** Embedding, LSTM layers each with its dropout, Dense; logits come out. A tied output becomes a Dense of its own, since
 *  Keras has no such layer. */
export function describeLayers(config: LstmConfig): LayerDescription[] {
  const { vocabularySize, embeddingSize, hiddenSize, layers, dropout } = config;
  const embedding: LayerDescription = {
    class_name: 'Embedding',
    config: {
      name: 'embedding',
      trainable: true,
      batch_input_shape: [null, null],
      dtype: 'float32',
      input_dim: vocabularySize,
      output_dim: embeddingSize,
      mask_zero: false,
      input_length: null,
    },
  };
  const recurrent = Array.from({ length: layers }, (_, layer): LayerDescription[] => {
    const lstm: LayerDescription = {
      class_name: 'LSTM',
      config: {
        name: `lstm_${layer}`,
        trainable: true,
        units: hiddenSize,
        activation: 'tanh',
        recurrent_activation: 'sigmoid',
        use_bias: true,
        unit_forget_bias: true,
        return_sequences: true,
        return_state: false,
        go_backwards: false,
        stateful: false,
        unroll: false,
        dropout: 0,
        recurrent_dropout: 0,
        implementation: 2,
      },
    };
    if (dropout === 0) return [lstm];
    const config = { name: `dropout_${layer}`, trainable: true, rate: dropout };
    return [lstm, { class_name: 'Dropout', config }];
  });
  const output: LayerDescription = {
    class_name: 'Dense',
    config: {
      name: 'output',
      trainable: true,
      units: vocabularySize,
      activation: 'linear',
      use_bias: true,
    },
  };
  return [embedding, ...recurrent.flat(), output];
}

/** Our names of the parameters beside Keras's, for a network whose layers have these names. */
export function weightPlaces(
  embedding: string,
  lstms: readonly string[],
  output: string,
): WeightPlaces {
  return new Map([
    ['embedding.weight', { layer: embedding, weight: 'embeddings' }],
    ...lstms.flatMap((layer, index) => [
      [`lstm.${index}.input.weight`, { layer, weight: 'kernel' }] as const,
      [`lstm.${index}.recurrent.weight`, { layer, weight: 'recurrent_kernel' }] as const,
      [`lstm.${index}.bias`, { layer, weight: 'bias' }] as const,
    ]),
    ['output.weight', { layer: output, weight: 'kernel' }],
    ['output.bias', { layer: output, weight: 'bias' }],
  ]);
}

const size = z.number().int().positive();
const named = { name: z.string().min(1) };
const absent = z.literal(false).nullish();
const none = z.null().optional();

/** What each layer must be for the network to be ours; whatever else it says changes nothing of what it computes when
 *  it is applied. */
const LAYERS = {
  InputLayer: z.object(named),
  Embedding: z.object({ ...named, input_dim: size, output_dim: size, mask_zero: absent }),
  LSTM: z.object({
    ...named,
    units: size,
    activation: z.literal('tanh'),
    // Without it, TF.js takes the hard sigmoid.
    recurrent_activation: z.literal('sigmoid'),
    use_bias: z.literal(true).optional(),
    return_sequences: z.literal(true),
    go_backwards: absent,
    activity_regularizer: none,
  }),
  Dropout: z.object({ ...named, rate: z.number().min(0).lt(1) }),
  Dense: z.object({
    ...named,
    units: size,
    activation: z.enum(['linear', 'softmax']).optional(),
    use_bias: z.literal(true).optional(),
  }),
} as const;

const EXPECTED = 'expected Embedding, LSTM layers, and a Dense over the vocabulary';

/** Reads a list of layers. Dropout may stand between them, at one rate for all.
 *  @param where names the file in messages
 *  @throws {LayersModelError} `other-network` naming the first layer that our network does not have */
export function readLayers(
  layers: readonly LayerDescription[],
  where: string,
): { config: LstmConfig; places: WeightPlaces } {
  const [first, ...rest] = layers.filter(
    ({ class_name }, index) => !(class_name === 'InputLayer' && index === 0),
  );
  const embedding = layer('Embedding', first, where);
  const last = rest.pop();
  const lstms: z.infer<typeof LAYERS.LSTM>[] = [];
  const rates = new Set<number>();
  for (const between of rest) {
    if (between.class_name === 'Dropout') rates.add(layer('Dropout', between, where).rate);
    else lstms.push(layer('LSTM', between, where));
    const [units] = lstms.map((lstm) => lstm.units);
    const found = lstms.at(-1);
    if (found && found.units !== units) {
      fail(where, between, `has ${found.units} units and an earlier one ${units}; make them equal`);
    }
    if (rates.size > 1) fail(where, between, 'has another rate than one before; make them equal');
  }
  const output = layer('Dense', last, where);
  const [lstm] = lstms;
  if (!lstm) throw new LayersModelError('other-network', `${where}: it has no LSTM; ${EXPECTED}`);
  if (output.units !== embedding.input_dim) {
    fail(where, last, `has ${output.units} units for a vocabulary of ${embedding.input_dim}`);
  }
  return {
    config: {
      kind: 'lstm',
      vocabularySize: embedding.input_dim,
      embeddingSize: embedding.output_dim,
      hiddenSize: lstm.units,
      layers: lstms.length,
      dropout: [...rates][0] ?? 0,
      tiedOutput: false,
    },
    places: weightPlaces(
      embedding.name,
      lstms.map(({ name }) => name),
      output.name,
    ),
  };
}

function layer<K extends keyof typeof LAYERS>(
  kind: K,
  found: LayerDescription | undefined,
  where: string,
): z.infer<(typeof LAYERS)[K]> {
  if (found?.class_name !== kind) {
    const article = kind === 'Dense' || kind === 'Dropout' ? 'a' : 'an';
    fail(where, found, `stands where ${article} ${kind} should; ${EXPECTED}`);
  }
  const result = LAYERS[kind].safeParse(found.config);
  if (result.success) return result.data as z.infer<(typeof LAYERS)[K]>;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const value = JSON.stringify(found.config[field]) ?? 'nothing';
  return fail(where, found, `has ${field} = ${value.slice(0, 60)}: ${issue?.message ?? ''}`);
}

function fail(where: string, found: LayerDescription | undefined, problem: string): never {
  const name = found === undefined ? 'its end' : `layer ${nameOf(found)} (${found.class_name})`;
  throw new LayersModelError('other-network', `${where}: ${name} ${problem}`);
}

function nameOf({ config }: LayerDescription): string {
  return typeof config['name'] === 'string' ? JSON.stringify(config['name'].slice(0, 60)) : '?';
}
