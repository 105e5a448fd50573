export { DeviceError, ModelClosedError, RuntimeError } from '@ostinato/runtime';
export { type LoadedModel, loadModel, type LoadOptions, readArtifact } from './load-model.js';
export { type ModelParts, NodeModel, type RuntimeOptions, startModel } from './node-model.js';
export type { Device } from './process/protocol.js';
