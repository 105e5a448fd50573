// What two models of different makers have in common: named inputs and outputs, and tensors to hand to them.

/** What the numbers of a tensor are. Widths do not matter here: TF.js has int32 where ONNX has int64. */
export type NumberKind = 'float' | 'integer' | 'boolean';

/** An input or an output of a model. */
export interface Port {
  readonly name: string;
  /** Other names that it goes by, such as that of the tensor behind a signature's key. */
  readonly aliases: readonly string[];
  /** As its runtime says it, such as `int64`; undefined where only a run will tell. */
  readonly type: string | undefined;
  /** Sizes, null where any will do; undefined if not even the rank is known. */
  readonly shape: readonly (number | null)[] | undefined;
  /** For an input whose numbers pick rows of a table: how many rows there are, so that ids are 0..rows-1. */
  readonly idCount?: number;
}

export interface Signature {
  /** For people: `TF.js GraphModel`. */
  readonly format: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Numbers of any kind: integers and booleans are whole numbers, exact up to 2^53. */
export interface NumericTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** Tensors by the name of their port. */
export type NumericTensors = ReadonlyMap<string, NumericTensor>;

/** A model that runs, in this process. */
export interface RunnableModel {
  readonly signature: Signature;
  /** @param inputs one for each port, of its kind and shape */
  run(inputs: NumericTensors): Promise<NumericTensors>;
}

/** What numbers a type of either runtime holds, if it holds any. */
export function kindOfType(type: string): NumberKind | undefined {
  if (type === 'bool') return 'boolean';
  if (/^float(16|32|64)$/.test(type)) return 'float';
  return /^u?int(8|16|32|64)$/.test(type) ? 'integer' : undefined;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `tokens (int64 [?, 16])` */
export function formatPort({ name, type, shape }: Port): string {
  return `${name} (${[...(type ? [type] : []), formatShape(shape)].join(' ')})`;
}

/** `[?, 16]`; a scalar is `[]`. */
export function formatShape(shape: Port['shape']): string {
  if (shape === undefined) return 'of unknown rank';
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
