// Event files for TensorBoard: one for each session of a run, in RUN/tensorboard/.
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Event,
  EventSchema,
  type Summary_ValueSchema,
  SummarySchema,
  SessionLogSchema,
} from './event_pb.js';
import { encodeRecord } from './records.js';

/** One named value of a step: a number, text, picture or sound. */
export type EventValue = MessageInitShape<typeof Summary_ValueSchema>;

const EVENT_FILE = /^events\.out\.tfevents\.(\d{10})\.ostinato$/;
/** From this version on, a session's start says from which step on older files do not hold. */
const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;
/** Bytes that wait in memory before they are written without being asked for. */
const WAITING_BYTES = 2 ** 16;

/** An open event file. What is added waits in memory until `flush`, or until it is much. */
export class EventFile {
  readonly #file: FileHandle;
  readonly #now: () => number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  /** Begins the file of a session.
   *  @param firstStep of the session; TensorBoard drops what older files say of it and of later steps
   *  @param now milliseconds since 1970 */
  static async open(folder: string, firstStep: number, now: () => number): Promise<EventFile> {
    await mkdir(folder, { recursive: true });
    const name = `events.out.tfevents.${await nextStamp(folder, now())}.ostinato`;
    const events = new EventFile(await open(join(folder, name), 'wx'), now);
    events.#append(0, { case: 'fileVersion', value: FILE_VERSION });
    events.#append(firstStep, {
      case: 'sessionLog',
      value: create(SessionLogSchema, { status: SESSION_START }),
    });
    return events;
  }

  /** Adds values of a step; no values add nothing. */
  add(step: number, values: EventValue[]): void {
    if (values.length === 0) return;
    this.#append(step, { case: 'summary', value: create(SummarySchema, { value: values }) });
    if (this.#waitingBytes >= WAITING_BYTES) {
      this.#write();
      // What goes wrong is thrown by the next flush.
      this.#writing.catch(() => undefined);
    }
  }

  /** Waits until everything added is in the file.
   *  @throws the system's error, if it is not */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }

  #append(step: number, what: Event['what']): void {
    const event = create(EventSchema, { wallTime: this.#now() / 1000, step: BigInt(step), what });
    const record = encodeRecord(toBinary(EventSchema, event));
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
  }

  #write(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#writing.then(() => this.#file.appendFile(bytes));
  }
}

/** Seconds since 1970, later than those of every file that is there: TensorBoard reads files in the order of their
 *  names. */
async function nextStamp(folder: string, now: number): Promise<string> {
  const stamps = (await readdir(folder)).map((name) => Number(EVENT_FILE.exec(name)?.[1] ?? 0));
  return String(Math.max(Math.floor(now / 1000), ...stamps.map((stamp) => stamp + 1))).padStart(
    10,
    '0',
  );
}
