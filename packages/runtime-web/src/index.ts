export { DeviceError, ModelClosedError, RuntimeError } from '@ostinato/runtime';
export type { FileLocations, RuntimeFile } from './runtime-files.js';
export { type GraphSource, type ModelParts, startModel } from './start-model.js';
export type { Device, RuntimeOptions } from './runtime-options.js';
export { WebModel } from './web-model.js';
