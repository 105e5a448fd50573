export type { AboutModel } from './about.js';
export { ExportError } from './errors.js';
export {
  exportArtifact,
  type ExportedModel,
  type ExportOptions,
  type TrainedModel,
} from './export-artifact.js';
export {
  exportCheckpoint,
  type ExportCheckpointOptions,
  type ExportedCheckpoint,
} from './export-checkpoint.js';
export type { Precision } from './graphs/weights.js';
export type { DrawReport } from './parity/compare-draws.js';
export type { ParityReport } from './parity/check-parity.js';
export { type ConvertOptions, convertLayersModel } from './layers-model/convert-layers-model.js';
export { parseLayersModel, readLayersModel } from './layers-model/read-layers-model.js';
export {
  checkAgainstTfjs,
  type TfjsParityOptions,
  type TfjsParityReport,
} from './layers-model/tfjs-parity.js';
export type {
  ConvertedModel,
  InputPort,
  Layer,
  LayerCall,
  LayerOutput,
  LayersModel,
  Network,
  Port,
  StatePort,
  Weight,
} from './layers-model/types.js';
export { VerifyError } from './verify/verify-error.js';
export {
  type VerifiedInput,
  type VerifiedOutput,
  verifyOnnx,
  type VerifyOptions,
  type VerifyReport,
} from './verify/verify-onnx.js';
