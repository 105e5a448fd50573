// The script of the tests' page: the elements, core, a model that needs no network and what measures sound.
import * as core from '@ostinato/core';
import { createFakeModel } from '@ostinato/core/testing';
import { createWorkletOutput } from '../sound/worklet-output.js';
import type * as SoundFont from '../sound/soundfont-output.js';
import * as elements from '../elements/define.js';
import { smallTokenizerConfig } from './small-tokenizer.js';

const tokenizer = core.createTokenizer(smallTokenizerConfig);
const sampling = { temperature: 1, topP: 0.97, minP: 0 };
/** Models that were disposed of. */
const disposed: string[] = [];

/** Loads at once, and composes as slowly as it is told. */
function loaderOf(millisecondsPerBlock = 0): elements.ModelLoader {
  return async (url, { onProgress, signal }) => {
    for (const share of [0.25, 0.5, 1]) {
      onProgress({ file: 'step.onnx', bytesDone: share * 4e6, bytesTotal: 4e6 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      signal.throwIfAborted();
    }
    const model = createFakeModel(tokenizer.grammar, { sharpness: 2 });
    return {
      tokenizer,
      manifest: { name: 'small', description: '', licence: 'CC0-1.0', sampling },
      model: {
        ...model,
        decode: async (request) => {
          await new Promise((resolve) => setTimeout(resolve, millisecondsPerBlock));
          return model.decode(request);
        },
        dispose: async () => {
          disposed.push(url);
          await model.dispose();
        },
      },
    };
  };
}

/** A composer with that model, in the page. */
function addComposer(millisecondsPerBlock = 0, attributes: Record<string, string> = {}) {
  const composer = document.createElement('ostinato-composer');
  for (const [name, value] of Object.entries(attributes)) composer.setAttribute(name, value);
  composer.loadModel = loaderOf(millisecondsPerBlock);
  document.querySelector('main')!.append(composer);
  return composer;
}

const testing = {
  core,
  elements,
  disposed,
  loaderOf,
  addComposer,
  createWorkletOutput,
  createSoundFontOutput: async (...args: Parameters<typeof SoundFont.createSoundFontOutput>) =>
    (await import('../sound/soundfont-output.js')).createSoundFontOutput(...args),
};

export type Testing = typeof testing;

Object.assign(globalThis, { testing });
