// The composed samples of a run: `RUN/samples/step-N.{json,mid,svg,wav}`. The first, the best and the newest few stay.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { replaceFile } from '../../checkpoint/durable.js';
import { noteStatisticsSchema } from '../notes/note-statistics.js';
import type { SampleFiles } from './sample.js';

const FOLDER = 'samples';
const SAMPLE_FILE = /^step-(0|[1-9]\d{0,14})\.(?:json|mid|svg|wav)$/;
/** How many of the newest stay, besides the first and the best. */
const NEWEST = 4;

const sampleSchema = z.strictObject({
  schemaVersion: z.literal(1),
  step: z.int().nonnegative(),
  /** Nats per token on the validation split; null if it was not evaluated. */
  loss: z.number().nullable(),
  seed: z.int().nonnegative(),
  /** Of the pieces that were composed with it. */
  statistics: noteStatisticsSchema,
});

export type SampleFacts = Omit<z.infer<typeof sampleSchema>, 'schemaVersion'>;

/** A sample that is on the disk. */
export interface StoredSample extends SampleFacts {
  /** Paths of its files. */
  readonly svg: string;
  readonly wav: string;
}

/** Writes a sample; its facts last, so that what is listed is whole. */
export async function writeSample(
  runFolder: string,
  facts: SampleFacts,
  { midi, svg, wav }: SampleFiles,
): Promise<void> {
  await mkdir(join(runFolder, FOLDER), { recursive: true });
  const path = (extension: string): string =>
    join(runFolder, FOLDER, `step-${facts.step}.${extension}`);
  const text = new TextEncoder();
  await replaceFile(path('mid'), midi);
  await replaceFile(path('svg'), text.encode(svg));
  await replaceFile(path('wav'), wav);
  await replaceFile(
    path('json'),
    text.encode(`${JSON.stringify({ schemaVersion: 1, ...facts })}\n`),
  );
}

/** The samples of a run by step; what cannot be read is left out. */
export async function listSamples(runFolder: string): Promise<StoredSample[]> {
  const samples: StoredSample[] = [];
  for (const [step, names] of await filesByStep(runFolder)) {
    const path = (extension: string): string =>
      join(runFolder, FOLDER, `step-${step}.${extension}`);
    if (!['json', 'svg', 'wav'].every((extension) => names.has(`step-${step}.${extension}`))) {
      continue;
    }
    const facts = await readFacts(path('json'));
    if (facts) samples.push({ ...facts, svg: path('svg'), wav: path('wav') });
  }
  return samples;
}

/** Removes all samples but the first, the best and the newest. */
export async function pruneSamples(
  runFolder: string,
  samples: readonly StoredSample[],
): Promise<void> {
  const best = bestSample(samples);
  const kept = new Set([samples[0], best, ...samples.slice(-NEWEST)].map((sample) => sample?.step));
  await removeSamples(runFolder, (step) => !kept.has(step));
}

/** Removes the samples of a step and of those after it: a resumed run takes these steps again. */
export function removeSamplesFrom(runFolder: string, step: number): Promise<void> {
  return removeSamples(runFolder, (found) => found >= step);
}

/** The sample with the lowest loss, the first of equals; undefined if none was evaluated. */
export function bestSample(samples: readonly StoredSample[]): StoredSample | undefined {
  let best: StoredSample | undefined;
  for (const sample of samples) {
    if (sample.loss !== null && sample.loss < (best?.loss ?? Infinity)) best = sample;
  }
  return best;
}

async function removeSamples(runFolder: string, remove: (step: number) => boolean): Promise<void> {
  for (const [step, names] of await filesByStep(runFolder)) {
    if (!remove(step)) continue;
    for (const name of names) await rm(join(runFolder, FOLDER, name));
  }
}

/** Names of a sample's files by its step, ascending. */
async function filesByStep(runFolder: string): Promise<[number, Set<string>][]> {
  const names = await readdir(join(runFolder, FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const steps = new Map<number, Set<string>>();
  for (const name of names) {
    const digits = SAMPLE_FILE.exec(name)?.[1];
    if (digits === undefined) continue;
    const found = steps.get(Number(digits)) ?? new Set();
    steps.set(Number(digits), found.add(name));
  }
  return [...steps].sort(([a], [b]) => a - b);
}

async function readFacts(path: string): Promise<SampleFacts | undefined> {
  try {
    const { schemaVersion: _, ...facts } = sampleSchema.parse(
      JSON.parse(await readFile(path, 'utf8')),
    );
    return facts;
  } catch {
    return undefined;
  }
}
