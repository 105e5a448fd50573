// What a page without a bundler imports: this package and core in one file, `ostinato.js`, beside the files it loads.
export * from '@ostinato/core';
export * from './index.js';
