// The models of a page: all composers that load in the same way share them.
import type { LoadProgress } from '../../load-meter.js';
import { loadModel } from '../../load-model.js';
import {
  type ComposerModel,
  type ModelLease,
  type ModelLoader,
  ModelPool,
} from './model-source.js';

const pools = new WeakMap<ModelLoader, ModelPool>();

/** Which model, and how it is loaded: what a composer says of it. */
export interface ModelChoice {
  /** Its address, from `baseURI` on. */
  readonly model: string;
  readonly baseURI: string;
  /** Undefined for `loadModel` of this package. */
  readonly loadModel: ModelLoader | undefined;
}

/** A composer's share in the model of its choice: from the first use on, until it is given back. */
export class ModelShare {
  #taken: (Pick<ModelChoice, 'model' | 'loadModel'> & { readonly lease: ModelLease }) | undefined;
  #loaded: ComposerModel | undefined;

  /** The model, once it is there. */
  get loaded(): ComposerModel | undefined {
    return this.#loaded;
  }

  /** Whether the share that is taken is in another model. */
  isOfOther({ model, loadModel }: ModelChoice): boolean {
    const taken = this.#taken;
    return taken !== undefined && (taken.model !== model || taken.loadModel !== loadModel);
  }

  /** Takes the share, unless one is taken.
   *  @throws as the loader does; the share is given back then */
  async take(
    { model, baseURI, loadModel }: ModelChoice,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<ComposerModel> {
    const taken = (this.#taken ??= {
      model,
      loadModel,
      lease: modelsOf(loadModel).lease(new URL(model, baseURI).href, onProgress),
    });
    try {
      const loaded = await taken.lease.loaded;
      if (this.#taken === taken) this.#loaded = loaded;
      return loaded;
    } catch (error) {
      if (this.#taken === taken) this.giveBack();
      throw error;
    }
  }

  giveBack(): void {
    this.#taken?.lease.release();
    this.#taken = this.#loaded = undefined;
  }
}

/** The models that a loader has loaded; without one, `loadModel` of this package. */
function modelsOf(loader: ModelLoader = loadModel): ModelPool {
  let pool = pools.get(loader);
  if (!pool) pools.set(loader, (pool = new ModelPool(loader)));
  return pool;
}
