// `ostinato evaluate`: how well a model predicts pieces, beside a 5-gram on the same tokens.
import {
  type Corpus,
  evaluateNGram,
  evaluateTokens,
  type Likelihood,
  openCorpus,
  type Split,
  SPLITS,
  trainNGram,
} from '@ostinato/training';
import { type Command, Option } from 'commander';
import { InputError } from '../input-file.js';
import { addDeviceOptions } from '../device-options.js';
import { addModelOptions, type ModelArguments, openModel } from '../model-option.js';
import { path } from '../option-parsers.js';
import { type CommandContext, type Report, runCommand } from '../run-command.js';
import { formatTable } from '../terminal/table.js';
import { formatCount, formatDuration } from '../terminal/units.js';

interface EvaluateArguments extends ModelArguments {
  data: string;
  split: Split;
  json?: boolean;
}

export function addEvaluateCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('evaluate')
    .description('Measure how well a model predicts a corpus, beside a 5-gram on the same tokens.');
  addModelOptions(command)
    .requiredOption('--data <DIR>', "a corpus made with the model's tokenizer", path)
    .addOption(new Option('--split <NAME>', 'which pieces').choices(SPLITS).default('test'));
  addDeviceOptions(command)
    .option('--json', 'print one JSON object as the last line of stdout')
    .addHelpText(
      'after',
      `
Example:
  $ ostinato evaluate --model models/mine --data corpora/mine --split test`,
    )
    .action(async (options: EvaluateArguments) => {
      setExitCode(await runCommand(options, (context) => evaluate(options, context)));
    });
}

async function evaluate(options: EvaluateArguments, context: CommandContext): Promise<Report> {
  const { signal, progress } = context;
  const { split } = options;
  await using corpus = await openCorpus(options.data);
  if (corpus.pieces(split).length === 0) {
    throw new InputError('empty-split', `${options.data}: the ${split} split holds no piece`);
  }
  const { model, tokenizer } = await openModel(options, context);
  await using _ = model;
  checkSameTokenizer(options, corpus, tokenizer.hash);

  progress.note(`evaluating ${options.model} on the ${split} split of ${options.data}`);
  const counts = await trainNGram(corpus, { signal });
  const baseline = await evaluateNGram(counts, corpus, split, { signal });
  const started = performance.now();
  const network = await evaluateTokens(model, corpus, split, {
    signal,
    onProgress: ({ tokensDone, tokensTotal }) => {
      const rate = tokensDone / ((performance.now() - started) / 1000);
      progress.update(
        `${formatCount(tokensDone)}/${formatCount(tokensTotal)} tokens, ${formatCount(rate)} tokens/s, ` +
          `${formatDuration((tokensTotal - tokensDone) / rate)} left`,
      );
    },
  });
  return report(options, network, baseline);
}

function checkSameTokenizer(
  { model, data }: EvaluateArguments,
  corpus: Corpus,
  hash: string,
): void {
  if (corpus.tokenizer.hash === hash) return;
  throw new InputError(
    'other-tokenizer',
    `${data}: its tokenizer is not that of ${model}; prepare the data with --tokenizer and the model's tokenizer.json`,
  );
}

function report(
  { model, data, split }: EvaluateArguments,
  network: Likelihood,
  baseline: Likelihood,
): Report {
  const row = (name: string, found: Likelihood): string[] => [
    name,
    found.natsPerToken.toFixed(4),
    found.natsPerNote.toFixed(4),
    `${(100 * found.accuracy).toFixed(2)} %`,
  ];
  return {
    lines: [
      `${split}: ${formatCount(network.tokens)} tokens, ${formatCount(network.notes)} notes`,
      ...formatTable(
        ['', ' nats per token', ' nats per note', ' accuracy'],
        [row('model', network), row('5-gram', baseline)],
      ),
    ],
    data: { model, data, split, network, baseline: { kind: 'kneser-ney-5-gram', ...baseline } },
  };
}
