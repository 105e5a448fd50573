export { GraphBuilder, OPSET } from './builder.js';
export { ElementaryGraphBuilder } from './elementary-builder.js';
export { GraphError } from './errors.js';
export type {
  Attribute,
  DataType,
  Dimension,
  Graph,
  Model,
  Node,
  Shape,
  Tensor,
  Value,
} from './ir.js';
export { float16ToNumber, numberToFloat16 } from './float16.js';
export { tensorOf } from './tensors.js';
export { gradients } from './gradients/gradients.js';
export { sideBySide } from './gradients/matrix-rules.js';
export { embeddingColumns } from './layers/embedding-columns.js';
export { lstmLayer, type RecurrenceForm } from './layers/lstm-layer.js';
export {
  adamW,
  type AdamOptions,
  type AdamSchedule,
  type AdamUpdate,
  clipFactor,
  globalNorm,
} from './optimizer.js';
export { type DecodeLimits, decodeModel } from './onnx/decode.js';
export { encodeModel } from './onnx/encode.js';
export { inspectModel, type ModelExpectation } from './onnx/inspect.js';
export { SUPPORTED_OPERATORS } from './onnx/operators.js';
export { type ValidateOptions, validateModel } from './onnx/validate.js';
