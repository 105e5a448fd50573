// TF.js as the referee: its backend in plain JavaScript, which has the most operators and no kernels of its own to doubt.
import * as tf from '@tensorflow/tfjs-core';
import { OstinatoError } from '@ostinato/core';
import type { NumericTensor, Port } from '../port.js';
import { VerifyError } from '../verify-error.js';

/** Starts the backend. */
export async function startTensorFlow(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
  tf.env().set('PROD', true); // no advice at the first operation
  await tf.setBackend('cpu');
  await tf.ready();
}

/** Runs what TF.js may refuse; the file is to blame for whatever it throws.
 *  @param where names the file
 *  @throws {VerifyError} `unsupported-operator` or `reference-failed` */
export async function refereed<T>(where: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof OstinatoError) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const [, operator] = /^(?:Unknown op|Kernel) '([^']+)'/.exec(text) ?? [];
    if (operator !== undefined) {
      throw new VerifyError(
        'unsupported-operator',
        `${where}: TF.js has no operator ${operator}, so it cannot be the reference; ` +
          'convert the original again without it, or compare with another reference',
        { cause },
      );
    }
    const reason = text.startsWith('Cannot compute the outputs')
      ? 'it does not get through the loops of this graph; convert the original again with --control_flow_v2=True'
      : text.split('\n', 1)[0].slice(0, 300);
    throw new VerifyError('reference-failed', `${where}: TF.js: ${reason}`, { cause });
  }
}

/** A tensor of a port's type. */
export function tensorFor({ type }: Port, { shape, values }: NumericTensor): tf.Tensor {
  const data = type === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
  return tf.tensor(type === 'bool' ? Uint8Array.from(values) : data, [...shape], type as 'float32');
}

/** Takes the numbers out of a tensor.
 *  @throws {VerifyError} `reference-failed` if it holds no numbers */
export async function numbersOf(name: string, tensor: tf.Tensor): Promise<NumericTensor> {
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64') {
    throw new VerifyError('reference-failed', `output ${name}: ${tensor.dtype} cannot be compared`);
  }
  return { shape: [...tensor.shape], values: Float64Array.from(await tensor.data()) };
}
