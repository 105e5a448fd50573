// The models of a page: all composers that load in the same way share them.
import { type ModelLoader, ModelPool } from './model-source.js';

/** Loads with `loadModel` of this package; its code comes with the first model. */
const loadByDefault: ModelLoader = async (url, options) => {
  const { loadModel } = await import('../../load-model.js');
  return loadModel(url, options);
};

const pools = new WeakMap<ModelLoader, ModelPool>();

/** The models that a loader has loaded; without one, `loadModel` of this package. */
export function modelsOf(loader: ModelLoader = loadByDefault): ModelPool {
  let pool = pools.get(loader);
  if (!pool) pools.set(loader, (pool = new ModelPool(loader)));
  return pool;
}
