// `metrics.jsonl`: one line for every step and every evaluation of a run, for plots and reports.
import { constants, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { openStoredFile } from '../checkpoint/read-stored-file.js';
import { writeFailed } from '../checkpoint/write-failed.js';

/** In the folder of a run. */
export const METRICS_FILE = 'metrics.jsonl';

const metricsLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    step: z.int(),
    /** Nats per token on this step's batch. */
    loss: z.number(),
    /** L2 norm before clipping. */
    gradientNorm: z.number(),
    learningRate: z.number(),
    /** Share of this step's targets that were the likeliest, 0..1. This and the next three: not in logs of first releases. */
    accuracy: z.number().optional(),
    /** Of recent steps, by the clock: differs from run to run. */
    tokensPerSecond: z.number().optional(),
    /** Training targets consumed in all. */
    tokens: z.int().optional(),
    /** Passes over the training data. */
    epoch: z.number().optional(),
  }),
  z.object({
    kind: z.literal('evaluation'),
    step: z.int(),
    /** Nats per token on the validation split. */
    loss: z.number(),
    /** Share of tokens whose most likely prediction was right, 0..1. */
    accuracy: z.number(),
    /** Nats per note; null if the split holds no note. */
    lossPerNote: z.number().nullable(),
  }),
]);

export type MetricsLine = z.infer<typeof metricsLineSchema>;

/** A line has a few hundred bytes; what is longer is none. */
const MAX_LINE_BYTES = 2 ** 16;

/** An open log. Lines wait in memory until `flush`. */
export class MetricsLog {
  readonly #runFolder: string;
  readonly #file: FileHandle;
  #waiting = '';

  private constructor(runFolder: string, file: FileHandle) {
    this.#runFolder = runFolder;
    this.#file = file;
  }

  /** Opens the log of a run that stands at `step`: later lines, and a last one that was cut, are removed. Nothing else is
   *  written again, so that it works on a full disk too.
   *  @throws {CheckpointError} `damaged` if another line is not readable; `write-failed` if the disk refuses */
  static async open(runFolder: string, step: number): Promise<MetricsLog> {
    const path = join(runFolder, METRICS_FILE);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
    let file: FileHandle | undefined;
    try {
      file = await openStoredFile(path, flags, METRICS_FILE);
      await file.truncate(await lengthUntil(file, step));
      await file.sync();
      return new MetricsLog(runFolder, file);
    } catch (cause) {
      await file?.close();
      throw writeFailed(runFolder, METRICS_FILE, cause);
    }
  }

  append(line: MetricsLine): void {
    this.#waiting += `${JSON.stringify(line)}\n`;
  }

  /** Writes what waits and waits until the disk has it.
   *  @throws {CheckpointError} `write-failed` if the disk refuses */
  async flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    try {
      await this.#file.appendFile(text);
      await this.#file.sync();
    } catch (cause) {
      throw writeFailed(this.#runFolder, METRICS_FILE, cause);
    }
  }

  /** Closes the file. Lines that still wait are steps after the last checkpoint, which a resumed run takes again: they
   *  are written if the disk lets them. */
  async close(): Promise<void> {
    await this.flush().catch(() => undefined);
    await this.#file.close();
  }
}

/** All lines of a run's log, in order; none if there is no log. A last line that was cut by a crash is left out.
 *  @throws {CheckpointError} `damaged` naming another line that is not readable */
export async function readMetrics(runFolder: string): Promise<MetricsLine[]> {
  const lines: MetricsLine[] = [];
  let file: FileHandle;
  try {
    file = await openStoredFile(join(runFolder, METRICS_FILE), constants.O_RDONLY, METRICS_FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return lines;
    throw error;
  }
  try {
    for await (const { line } of wholeLines(file)) lines.push(line);
    return lines;
  } finally {
    await file.close();
  }
}

/** Bytes of the log until the first line after `step`, or the last whole line. */
async function lengthUntil(file: FileHandle, step: number): Promise<number> {
  let length = 0;
  for await (const { line, end } of wholeLines(file)) {
    if (line.step > step) break;
    length = end;
  }
  return length;
}

/** The lines that end with a line break, and where they end, in bytes. What follows the last one is empty, or the
 *  beginning of a line that a crash has cut. */
async function* wholeLines(file: FileHandle): AsyncGenerator<{ line: MetricsLine; end: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let end = 0;
  let number = 0;
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await file.read({ position });
    if (bytesRead === 0) return;
    position += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    let begin = 0;
    for (let at = rest.indexOf(0x0a); at >= 0; at = rest.indexOf(0x0a, begin)) {
      end += at + 1 - begin;
      yield { line: parseLine(rest.toString('utf8', begin, at), ++number), end };
      begin = at + 1;
    }
    rest = rest.subarray(begin);
    if (rest.length > MAX_LINE_BYTES) parseLine('', ++number);
  }
}

function parseLine(text: string, number: number): MetricsLine {
  try {
    return metricsLineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CheckpointError(
      'damaged',
      `${METRICS_FILE} line ${number}: not a line of metrics; remove it to go on`,
      { cause },
    );
  }
}
