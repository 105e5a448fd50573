// The end of a model of the next token: the Dense layer that gives logits, and the softmax behind them, which sampling
// does without.
import { ExportError } from '../errors.js';
import type { Layer, LayerCall, Network } from '../layers-model/types.js';
import { refuseLayer } from './refuse-layer.js';

/** What a model gives for each token of its vocabulary. */
export type LogitsForm = 'logits' | 'probabilities' | 'log-probabilities';

export interface LogitsEnd {
  /** The Dense layer, or the TimeDistributed around it, as it is called. */
  readonly call: LayerCall;
  readonly dense: Layer;
  readonly form: LogitsForm;
}

const FORMS: ReadonlyMap<string, LogitsForm> = new Map([
  ['linear', 'logits'],
  ['softmax', 'probabilities'],
  ['logsoftmax', 'log-probabilities'],
]);

/** Finds the layer that gives logits.
 *  @throws {ExportError} `not-next-token` if the model ends in something else */
export function findLogits({ outputs }: Network, where: string): LogitsEnd {
  let { call } = outputs[0];
  let form: LogitsForm = 'logits';
  const apply = (layer: Layer, next: LogitsForm | undefined): void => {
    if (next === undefined) refuseLayer(where, layer, 'does not end in logits or a softmax');
    if (next === 'logits') return;
    if (form !== 'logits') refuseLayer(where, layer, 'makes a softmax of what another one takes');
    form = next;
  };
  for (;;) {
    const { layer } = call;
    if (layer.className === 'Activation') apply(layer, formOf(layer));
    else if (layer.className === 'Softmax') apply(layer, 'probabilities');
    else if (layer.className !== 'Dropout') break;
    ({ call } = call.inputs[0]);
  }
  const dense = call.layer.className === 'TimeDistributed' ? call.layer.wrapped : call.layer;
  if (dense?.className !== 'Dense') {
    throw new ExportError(
      'not-next-token',
      `${where}: it ends in layer "${call.layer.name}" (${call.layer.className}); a model of the next token ends in a Dense ` +
        'layer with a unit for each token of the vocabulary. Without a tokenizer it is exported as plain ONNX',
    );
  }
  apply(dense, formOf(dense));
  return { call, dense, form };
}

function formOf({ config }: Layer): LogitsForm | undefined {
  const activation = config['activation'] ?? 'linear';
  if (typeof activation !== 'string') return undefined;
  return FORMS.get(activation.toLowerCase().replaceAll('_', ''));
}
