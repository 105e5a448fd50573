// The graph in memory: what the builder makes and the encoder writes as ONNX.
// Names and meanings are ONNX's (https://github.com/onnx/onnx/blob/main/docs/IR.md).

export type DataType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool';

/** A number, or the name of a dimension that is known only at run time. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** A named, typed edge of a graph. */
export interface Value {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: Shape;
}

/** Constant data, little-endian, row-major. */
export interface Tensor {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph };

export interface Node {
  readonly name: string;
  readonly opType: string;
  /** '' is the standard operator set; 'com.microsoft' holds ONNX Runtime's own. */
  readonly domain: string;
  /** Names of values; '' leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

export interface Model {
  readonly graph: Graph;
  /** Version of the standard operator set. */
  readonly opset: number;
  /** Name and value pairs stored in the file. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly producerName: string;
  readonly producerVersion: string;
}
