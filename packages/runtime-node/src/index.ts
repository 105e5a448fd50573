export { DeviceError, ModelClosedError, RuntimeError } from '@ostinato/runtime';
export { EngineModel, type EngineOptions, startEngine } from './engine/engine-model.js';
export { type LoadedEngine, loadEngine, type LoadEngineOptions } from './engine/load-engine.js';
export { type LoadedModel, loadModel, type LoadOptions } from './load-model.js';
export { type ModelParts, NodeModel, type RuntimeOptions, startModel } from './node-model.js';
export type { Device } from './process/protocol.js';
export { defaultCacheFolder } from './source/cache-location.js';
export { createFolderCache, type FolderCacheOptions } from './source/folder-cache.js';
export {
  type ModelSource,
  openArtifact,
  readArtifact,
  readModelFiles,
  type SourceOptions,
} from './source/open-artifact.js';
export { type ResolvedModel, resolveModel, type ResolveOptions } from './source/resolve-model.js';
