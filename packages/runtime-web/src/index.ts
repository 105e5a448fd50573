export { DeviceError, ModelClosedError, RuntimeError } from '@ostinato/runtime';
export { type LoadedModel, loadModel, type LoadOptions } from './load-model.js';
export type { LoadProgress } from './load-meter.js';
export type { FileLocations, RuntimeFile } from './runtime-files.js';
export { type ModelParts, startModel } from './start-model.js';
export type { Device, RuntimeOptions } from './runtime-options.js';
export { WebModel } from './web-model.js';
