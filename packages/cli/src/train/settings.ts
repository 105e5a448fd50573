// Every setting of `ostinato train`, once: the flags, the keys of a configuration file and the help all come from here,
// and ranges and defaults of the trainer's options from the trainer.
import { LSTM_PRESETS, type LstmSizes } from '@ostinato/model';
import { type TrainOptions, trainOptionsSchema } from '@ostinato/training';
import * as z from 'zod';
import type { Domain } from './domain.js';

export interface Setting {
  /** The key in a configuration file, and the flag without its dashes. */
  readonly key: string;
  /** What stands for its value in the help; empty for a switch. */
  readonly argument: string;
  readonly help: string;
  /** Of a switch that is on by default: what turning it off does. */
  readonly helpOff?: string;
  readonly group: string;
  readonly domain: Domain;
  /** In words; left out where there is none or the help says it. */
  readonly default?: string | undefined;
  /** May be given several times. */
  readonly list?: true;
  /** The trainer's option that it is, if it is one. */
  readonly option?: keyof TrainOptions;
  /** What of the network it sets, if it does. */
  readonly size?: Exclude<keyof LstmSizes, 'kind'>;
}

interface OptionFacts {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: number | string | boolean;
}

const OPTION_FACTS = z.toJSONSchema(trainOptionsSchema, { io: 'input' }).properties as Record<
  keyof TrainOptions,
  OptionFacts
>;

function domainOf(facts: OptionFacts): Domain {
  if (facts.enum !== undefined) return { kind: 'choice', values: facts.enum };
  if (facts.type === 'boolean') return { kind: 'boolean' };
  return {
    kind: facts.type === 'integer' ? 'integer' : 'number',
    lowest: facts.minimum ?? facts.exclusiveMinimum ?? -Infinity,
    highest: facts.maximum ?? facts.exclusiveMaximum ?? Infinity,
    open: {
      lowest: facts.exclusiveMinimum !== undefined,
      highest: facts.exclusiveMaximum !== undefined,
    },
  };
}

/** Makes the settings of a group that are options of the trainer.
 *  @param rows option, argument, help, and the key where it is another word */
function options(
  group: string,
  rows: readonly (readonly [keyof TrainOptions, string, string, string?])[],
): Setting[] {
  return rows.map(([option, argument, help, key = inKebabCase(option)]) => {
    const facts = OPTION_FACTS[option];
    const byDefault = facts.default === undefined ? undefined : String(facts.default);
    const domain = domainOf(facts);
    const setting = { key, argument, help, group, domain, option, default: byDefault };
    return option === 'transpose'
      ? { ...setting, helpOff: 'keep every piece in its key' }
      : setting;
  });
}

function inKebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const DATA = 'Data and run:';
const NETWORK = 'Network:';
const LENGTH = 'Length and memory:';
const RATE = 'Learning rate and optimizer:';
const VARIETY = 'Changes of the data, drawn anew in each epoch:';
const KEPT = 'What is measured and kept:';
const MACHINE = 'Where it runs:';

export const DEFAULT_PRESET = 'small';
export const ENGINES = ['onnx', 'tfjs'] as const;
export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda'] as const;

const size = (lowest: number, highest: number): Domain => ({ kind: 'integer', lowest, highest });
const own = (setting: Setting): Setting => setting;

/** In the order of the help and of a printed configuration. */
export const SETTINGS: readonly Setting[] = [
  own({
    key: 'data',
    argument: '<DIR[=WEIGHT]>',
    help: 'a corpus that prepare made; given several times, they are mixed by weight, each 1 by default',
    group: DATA,
    domain: { kind: 'path' },
    list: true,
  }),
  own({
    key: 'out',
    argument: '<DIR>',
    help: 'the folder of the run',
    group: DATA,
    domain: { kind: 'path' },
  }),
  ...options(DATA, [
    ['seed', '<S>', 'decides parameters, order, changes of the data and dropout: 0..4294967295'],
  ]),
  own({
    key: 'preset',
    argument: '<NAME>',
    help: 'sizes to begin from',
    group: NETWORK,
    domain: { kind: 'choice', values: Object.keys(LSTM_PRESETS) },
    default: DEFAULT_PRESET,
  }),
  own({
    key: 'hidden',
    argument: '<N>',
    help: 'units of each layer',
    group: NETWORK,
    domain: size(1, 65_536),
    default: "the preset's",
    size: 'hiddenSize',
  }),
  own({
    key: 'embedding',
    argument: '<N>',
    help: 'numbers that stand for a token',
    group: NETWORK,
    domain: size(1, 65_536),
    default: "the preset's",
    size: 'embeddingSize',
  }),
  own({
    key: 'layers',
    argument: '<N>',
    help: 'LSTM layers',
    group: NETWORK,
    domain: size(1, 64),
    default: "the preset's",
    size: 'layers',
  }),
  own({
    key: 'dropout',
    argument: '<P>',
    help: 'share of values dropped between layers',
    group: NETWORK,
    domain: { kind: 'number', lowest: 0, highest: 1, open: { highest: true } },
    default: "the preset's",
    size: 'dropout',
  }),
  own({
    key: 'tied-output',
    argument: '',
    help: 'the embedding is the output too; needs equal sizes',
    group: NETWORK,
    domain: { kind: 'boolean' },
    default: 'false',
    size: 'tiedOutput',
  }),
  ...options(NETWORK, [
    ['dropoutMask', '<KIND>', 'one mask of dropout for a window, or one for each step'],
  ]),
  ...options(LENGTH, [
    ['steps', '<N>', 'optimizer steps in all'],
    ['batch', '<B>', 'sequences side by side, 1..4096'],
    ['microBatch', '<B>', 'sequences computed at once; divides the batch, takes less memory'],
    ['windowSteps', '<T>', 'tokens of a sequence in a step', 'window'],
  ]),
  ...options(RATE, [
    ['peakLearningRate', '<X>', 'learning rate after the warm-up', 'learning-rate'],
    ['finalLearningRate', '<X>', 'learning rate at the end, or as far as a plateau cuts it'],
    ['warmupSteps', '<N>', 'steps over which the learning rate rises'],
    ['schedule', '<KIND>', 'what the learning rate does after the warm-up'],
    ['plateauPatience', '<N>', 'evaluations without a better one before a plateau cuts the rate'],
    ['plateauFactor', '<X>', 'what a cut multiplies the rate by'],
    ['earlyStopping', '<N>', 'evaluations without a better one that end the run; 0: never'],
    ['weightDecay', '<X>', 'decoupled weight decay (AdamW)'],
    ['beta1', '<X>', "decay of Adam's first moment"],
    ['beta2', '<X>', "decay of Adam's second moment"],
    ['epsilon', '<X>', "Adam's guard against division by zero"],
    ['clipNorm', '<X>', 'gradients whose norm is longer are cut to it'],
  ]),
  ...options(VARIETY, [
    ['transpose', '', 'other keys, as far as the instruments can play'],
    ['tempoStretch', '<X>', 'other tempos, up to 1 + X times as fast or slow; 0..0.5'],
    ['velocityShift', '<N>', 'louder or softer by up to N velocity bins; 0..8'],
    ['rotateBars', '', 'begin at another bar line'],
    ['labelDropout', '<P>', 'share of labels (composer, ensemble) that are hidden'],
  ]),
  ...options(KEPT, [
    ['evaluationInterval', '<N>', 'steps between evaluations'],
    ['checkpointInterval', '<N>', 'steps between checkpoints'],
    ['keepCheckpoints', '<N>', 'newest checkpoints that stay, beside the best'],
  ]),
  own({
    key: 'report',
    argument: '',
    help: 'write report.html, samples and TensorBoard files into the run',
    helpOff: 'no report.html, no samples and no TensorBoard files in the run',
    group: KEPT,
    domain: { kind: 'boolean' },
    default: 'true',
  }),
  own({
    key: 'engine',
    argument: '<NAME>',
    help: 'what computes',
    group: MACHINE,
    domain: { kind: 'choice', values: ENGINES },
    default: 'onnx',
  }),
  own({
    key: 'device',
    argument: '<NAME>',
    help: 'where it computes; auto takes a GPU that is faster',
    group: MACHINE,
    domain: { kind: 'choice', values: DEVICES },
    default: 'auto',
  }),
  own({
    key: 'threads',
    argument: '<N>',
    help: 'threads of the CPU',
    group: MACHINE,
    domain: size(1, 64),
    default: 'one for each core',
  }),
];
