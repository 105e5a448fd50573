// A summary of the folders that our commands make: a corpus, a run, a model.
import { join } from 'node:path';
import { MANIFEST_FILE } from '@ostinato/core';
import { readArtifact } from '@ostinato/node';
import {
  CORPUS_FILES,
  listCheckpoints,
  openCorpus,
  readMetrics,
  readRun,
  SPLITS,
} from '@ostinato/training';
import { InputError, readTextFile } from '../input-file.js';
import type { Report } from '../run-command.js';
import { printable } from '../terminal/printable.js';
import { formatTable } from '../terminal/table.js';
import { formatCount } from '../terminal/units.js';
import { describeModel } from './inspect-model.js';

/** Tells by its files what a folder is.
 *  @throws {InputError} if it is none of ours */
export async function describeFolder(folder: string): Promise<Report> {
  if ((await readIfThere(join(folder, MANIFEST_FILE))) !== undefined) {
    return describeModel(folder, await readArtifact(folder));
  }
  if ((await readIfThere(join(folder, CORPUS_FILES.corpus))) !== undefined) {
    return describeCorpus(folder);
  }
  const report = await describeRun(folder);
  if (report !== undefined) return report;
  throw new InputError(
    'unknown-folder',
    `${folder}: neither a model (${MANIFEST_FILE}), a corpus (${CORPUS_FILES.corpus}) nor a run (run.json)`,
  );
}

async function describeCorpus(folder: string): Promise<Report> {
  await using corpus = await openCorpus(folder);
  const { description, tokenizer } = corpus;
  const rows = SPLITS.map((split) => {
    const { pieces, notes, tokens } = description.splits[split];
    return [split, ...[pieces, notes, tokens].map(formatCount)];
  });
  return {
    lines: [
      `${folder}: corpus made from ${printable(description.source)}`,
      ...formatTable(['split', ' pieces', ' notes', ' tokens'], rows),
      `vocabulary  ${formatCount(tokenizer.vocabularySize)} tokens, ${tokenizer.instruments.length} instruments`,
      ...tokenizer.labels.map(
        ({ kind, values }) => `${kind}  ${values.map((value) => printable(value)).join(', ')}`,
      ),
    ],
    data: { kind: 'corpus', folder, ...description },
  };
}

async function describeRun(folder: string): Promise<Report | undefined> {
  const run = await readRun(folder);
  if (run === undefined) return undefined;
  const [checkpoints, metrics] = await Promise.all([listCheckpoints(folder), readMetrics(folder)]);
  const evaluations = metrics.filter((line) => line.kind === 'evaluation');
  const { config, options, engine } = run;
  return {
    lines: [
      `${folder}: run of ${formatCount(options.steps)} steps by ${engine}`,
      `network   ${config.layers} LSTM layers of ${config.hiddenSize}, a vocabulary of ${formatCount(config.vocabularySize)}`,
      `kept      checkpoints of step ${checkpoints.length === 0 ? 'none' : checkpoints.join(', ')}`,
      ...evaluations.map(
        ({ step, loss, accuracy }) =>
          `step ${step}: validation loss ${loss.toFixed(4)} nats per token, accuracy ${(100 * accuracy).toFixed(1)} %`,
      ),
    ],
    data: { kind: 'run', folder, ...run, checkpoints, evaluations },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
