// `import '@ostinato/web/elements'`: the elements with their usual names.
import { registerElements } from './register.js';

export * from './index.js';

registerElements();
