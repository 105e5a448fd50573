// Named sizes of the LSTM language model.
import { ModelConfigError } from './errors.js';
import type { LstmConfig } from './lstm-config.js';

/** Everything of a configuration but the vocabulary, which the tokenizer decides. */
export type LstmSizes = Omit<LstmConfig, 'vocabularySize'>;

export type LstmPreset = 'tiny' | 'small' | 'base' | 'large';

/** The presets. Dropout grows with the size: a bigger network learns a small corpus by heart sooner.
 *  - `tiny`: learns something within a minute on a laptop; for trying things out
 *  - `small`: an hour on two cores gives music
 *  - `base`: the bundled model's size
 *  - `large`: five times the parameters of `base`, for a GPU and a corpus of tens of millions of notes; on two cores a
 *    step takes several seconds */
export const LSTM_PRESETS: Readonly<Record<LstmPreset, LstmSizes>> = {
  tiny: {
    kind: 'lstm',
    embeddingSize: 64,
    hiddenSize: 128,
    layers: 1,
    dropout: 0,
    tiedOutput: false,
  },
  small: {
    kind: 'lstm',
    embeddingSize: 256,
    hiddenSize: 256,
    layers: 2,
    dropout: 0.2,
    tiedOutput: false,
  },
  base: {
    kind: 'lstm',
    embeddingSize: 512,
    hiddenSize: 512,
    layers: 2,
    dropout: 0.3,
    tiedOutput: false,
  },
  large: {
    kind: 'lstm',
    embeddingSize: 512,
    hiddenSize: 1024,
    layers: 3,
    dropout: 0.4,
    tiedOutput: false,
  },
};

/** The configuration of a preset for a vocabulary of V tokens.
 *  @throws {ModelConfigError} if there is no such preset */
export function presetConfig(preset: string, vocabularySize: number): LstmConfig {
  if (!isPreset(preset)) {
    const names = Object.keys(LSTM_PRESETS).join(', ');
    throw new ModelConfigError(
      'unknown-preset',
      `no preset is called "${preset}"; there are ${names}`,
    );
  }
  return { ...LSTM_PRESETS[preset], vocabularySize };
}

function isPreset(name: string): name is LstmPreset {
  return Object.hasOwn(LSTM_PRESETS, name);
}
