// A TF.js LayersModel as the converter sees it, and what a conversion gives.
import type { DataType, Model, Shape } from '@ostinato/graph';

/** One layer as the file describes it. Calls of one layer share this object, and its weights. */
export interface Layer {
  readonly name: string;
  /** TF.js's name of the class, such as `LSTM`. */
  readonly className: string;
  /** In Keras's words (`return_sequences`). Checked when the layer is converted. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The layers inside, where the layer is a model itself. */
  readonly network?: Network;
  /** The layer inside a wrapper: TimeDistributed, Bidirectional. */
  readonly wrapped?: Layer;
}

/** One use of a layer. An InputLayer's has no inputs. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly LayerOutput[];
}

/** What a layer gives at one use; `index` counts its outputs. */
export interface LayerOutput {
  readonly call: LayerCall;
  readonly index: number;
}

/** A graph of layers without circles. */
export interface Network {
  readonly name: string;
  /** Outputs of InputLayers. */
  readonly inputs: readonly LayerOutput[];
  /** Those that the outputs need, each after the calls that it reads. */
  readonly calls: readonly LayerCall[];
  readonly outputs: readonly LayerOutput[];
  /** Uses of layers, those within models and wrappers counted at every use. */
  readonly size: number;
}

/** A trained tensor, widened to float32 if the file stores it smaller. */
export interface Weight {
  /** As in the file's manifest. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A weight as the file stores it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Numbers stored small: `q * scale + min`, or float16. */
  readonly quantization?:
    | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
    | { readonly dtype: 'float16' };
  readonly group?: 'model' | 'optimizer';
}

/** A checked LayersModel: its layers fit together; its weights are read, but not yet given to layers. */
export interface LayersModel {
  readonly name: string;
  /** The file's name, for messages. */
  readonly where: string;
  readonly network: Network;
  readonly weights: ReadonlyMap<string, Weight>;
  /** What TF.js loads: the description as it is in the file, and the weights as stored. */
  readonly source: {
    readonly topology: Readonly<Record<string, unknown>>;
    readonly specs: readonly WeightSpec[];
    /** Of all specs in order, without gaps. */
    readonly bytes: Uint8Array<ArrayBuffer>;
  };
}

/** One input or output of the converted graph. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
  readonly dataType: DataType;
}

export interface InputPort extends Port {
  /** Set for token ids: they lie in 0..indexBelow-1. */
  readonly indexBelow?: number;
}

/** A state of a stateful layer. TF.js keeps it between calls; the graph takes it and gives the next. All zeros at the
 *  start of a sequence. */
export interface StatePort {
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  /** Name of the layer whose state it is. */
  readonly layer: string;
}

export interface ConvertedModel {
  readonly model: Model;
  /** In the order of the LayersModel; states are not among them. */
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly Port[];
  /** Empty unless a layer is stateful. */
  readonly states: readonly StatePort[];
  /** Names of the layers that were converted, nested ones as `outer/inner`. */
  readonly layers: readonly string[];
  /** TF.js's name of every weight, by its name in the file; they differ in files that Keras wrote. */
  readonly weightNames: ReadonlyMap<string, string>;
}
