// Tensors by name: how parameters, moments and recurrent state travel between engines, files and the exporter.

export interface NamedTensor {
  readonly shape: readonly number[];
  /** Row-major; its length is the product of the shape. */
  readonly data: Float32Array;
}

/** Ordered: iteration gives the tensors as they were put in. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;
