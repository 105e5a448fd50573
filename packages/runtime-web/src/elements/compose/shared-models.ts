// The models of a page: all composers that load in the same way share them.
import { type ModelLoader, ModelPool } from './model-source.js';

const pools = new WeakMap<ModelLoader, ModelPool>();

/** The models that a loader has loaded. */
export function modelsOf(loader: ModelLoader): ModelPool {
  let pool = pools.get(loader);
  if (!pool) pools.set(loader, (pool = new ModelPool(loader)));
  return pool;
}
