// `metrics.jsonl`: one line for every step and every evaluation of a run, for plots and reports.
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { replaceFile } from '../checkpoint/durable.js';

const METRICS_FILE = 'metrics.jsonl';

const metricsLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    step: z.int(),
    /** Nats per token on this step's batch. */
    loss: z.number(),
    /** L2 norm before clipping. */
    gradientNorm: z.number(),
    learningRate: z.number(),
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

/** An open log. Lines wait in memory until `flush`. */
export class MetricsLog {
  readonly #file: FileHandle;
  #waiting = '';

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the log of a run that stands at `step`: later lines, and a last one that was cut, are removed.
   *  @throws {CheckpointError} `damaged` if another line is not readable */
  static async open(runFolder: string, step: number): Promise<MetricsLog> {
    const path = join(runFolder, METRICS_FILE);
    const lines = (await readMetrics(runFolder)).filter((line) => line.step <= step);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await replaceFile(path, new TextEncoder().encode(text));
    return new MetricsLog(await open(path, 'a'));
  }

  append(line: MetricsLine): void {
    this.#waiting += `${JSON.stringify(line)}\n`;
  }

  /** Writes what waits and waits until the disk has it. */
  async flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    await this.#file.appendFile(text);
    await this.#file.sync();
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
  const text = await readFile(join(runFolder, METRICS_FILE), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  const lines = text.split('\n');
  // What follows the last line break is empty, or the beginning of a line.
  lines.pop();
  return lines.map((line, index) => {
    try {
      return metricsLineSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new CheckpointError(
        'damaged',
        `${METRICS_FILE} line ${index + 1}: not a line of metrics; remove it to go on`,
        { cause },
      );
    }
  });
}
