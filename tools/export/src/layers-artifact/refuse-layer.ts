// The refusal of a layer that a model of the next token cannot have.
import { ExportError } from '../errors.js';
import type { Layer } from '../layers-model/types.js';

/** @param where names the file
 *  @param why as the end of a sentence that begins with the layer
 *  @throws {ExportError} `not-next-token` */
export function refuseLayer(where: string, { name, className }: Layer, why: string): never {
  throw new ExportError(
    'not-next-token',
    `${where}: layer "${name}" (${className}) ${why}, so the model cannot compose; ` +
      'without a tokenizer it is exported as plain ONNX',
  );
}
