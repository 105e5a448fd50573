// An ONNX file on ONNX Runtime: whatever it holds, as long as numbers go in and come out.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { float16ToNumber, numberToFloat16 } from '@ostinato/graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { NumericTensor, Port, RunnableModel } from './port.js';
import { VerifyError } from './verify-error.js';

/** How numbers become the data of a tensor of each type. ONNX has more types; TF.js has nothing to give them. */
const WRITERS: Partial<Record<Tensor.Type, (values: ArrayLike<number>) => Tensor.DataType>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(values, numberToFloat16),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
  int64: (values) => BigInt64Array.from(Array.from(values, BigInt)),
  uint64: (values) => BigUint64Array.from(Array.from(values, BigInt)),
  bool: (values) => Uint8Array.from(values),
};

/** Loads an ONNX file. Data that it keeps outside is found beside it, as ONNX Runtime does.
 *  @throws {VerifyError} `missing-file` or `onnx-failed` */
export async function openOnnxModel(path: string): Promise<RunnableModel> {
  const name = basename(path);
  await checkFile(path);
  const session = await loaded(name, () =>
    InferenceSession.create(path, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3, // errors only
    }),
  );
  const inputs = session.inputMetadata.map((value) => portOf(name, value));
  const outputs = session.outputMetadata.map((value) => portOf(name, value));
  return {
    signature: { format: 'ONNX', inputs, outputs },
    run: async (tensors) => {
      const feeds: Record<string, Tensor> = {};
      for (const port of inputs) feeds[port.name] = tensorFor(port, tensors.get(port.name)!);
      const results = await loaded(name, () => session.run(feeds));
      return new Map(outputs.map((port) => [port.name, numbersOf(results[port.name])]));
    },
  };
}

async function checkFile(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile()) return;
  const found = stats ? 'not a file' : 'there is no such file';
  throw new VerifyError('missing-file', `${path}: ${found}; expected an ONNX file`);
}

/** Runs what may fail because of the file; anything that ONNX Runtime throws is about it. */
async function loaded<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const reason = text.split('\n', 1)[0];
    throw new VerifyError('onnx-failed', `${name}: ONNX Runtime: ${reason}`, { cause });
  }
}

function portOf(file: string, value: InferenceSession.ValueMetadata): Port {
  if (!value.isTensor || WRITERS[value.type] === undefined) {
    const type = value.isTensor ? value.type : 'no tensor';
    throw new VerifyError(
      'onnx-failed',
      `${file}: ${value.name} is ${type}; only numbers and booleans can be compared`,
    );
  }
  return {
    name: value.name,
    aliases: [],
    type: value.type,
    // A name stands for any size; ONNX Runtime gives -1 where there is no name.
    shape: value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : null)),
  };
}

function tensorFor({ type }: Port, { shape, values }: NumericTensor): Tensor {
  const write = WRITERS[type as Tensor.Type]!;
  return new Tensor(type as 'float32', write(values) as Float32Array, shape);
}

function numbersOf({ type, data, dims }: Tensor): NumericTensor {
  // Where there is no Float16Array, ONNX Runtime gives the bits.
  const widen = type === 'float16' && data instanceof Uint16Array ? float16ToNumber : Number;
  const values = Float64Array.from(data as ArrayLike<number>, (value) => widen(value));
  return { shape: [...dims], values };
}
