export { type AboutModel, type AboutOptions, describeModel } from './about.js';
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
export { convertArtifact } from './convert-artifact.js';
export type { Evaluation } from './measure/evaluate-composed.js';
export type { FormReport, ModelReport, ValidationData } from './measure/form-report.js';
export type { DrawReport } from './parity/compare-draws.js';
export { type ConvertOptions, convertLayersModel } from './layers-model/convert-layers-model.js';
export {
  exportLayersArtifact,
  type LayersArtifactOptions,
  type LayersArtifactSource,
} from './layers-artifact/export-layers-artifact.js';
export {
  type ExportedLayersModel,
  exportLayersModel,
  type ExportLayersModelOptions,
} from './layers-model/export-layers-model.js';
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
export type { LogitErrors, ParityReport } from './parity/parity-report.js';
export { VerifyError } from './verify/verify-error.js';
export {
  type VerifiedInput,
  type VerifiedOutput,
  verifyOnnx,
  type VerifyOptions,
  type VerifyReport,
} from './verify/verify-onnx.js';
