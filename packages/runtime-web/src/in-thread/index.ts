export { DeviceError, ModelClosedError, RuntimeError } from '@ostinato/runtime';
export {
  type InThreadOptions,
  type LoadedModel,
  loadModel,
  type ModelSource,
} from './load-model.js';
export { type ModelParts, startModel } from './start-model.js';
