// Whether requests would be worked on now.
import type { ServedModel } from './app-options.js';

export function isReady({ model }: ServedModel): boolean {
  return model.status?.().ready ?? true;
}
