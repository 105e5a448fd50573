// A file of bytes that grows, and beside it a journal that says what lies where. Whatever the journal says is on the
// disk, so a process may be killed, or a machine lose its power, at any moment.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { CorpusError } from '../corpus-error.js';

export interface AppendLogPlace<Entry> {
  /** The file of bytes. */
  readonly data: string;
  /** The journal: a line of JSON for each entry, after a first line that says what it is of. */
  readonly journal: string;
  /** The journal's first line. A log with another one is begun anew. */
  readonly header: string;
  /** The entry of a line, or undefined if it is none. */
  readonly parse: (line: unknown) => Entry | undefined;
  /** Where the bytes of an entry end. */
  readonly endOf: (entry: Entry) => number;
  /** Milliseconds since some moment, `performance.now` if not given. */
  readonly now?: () => number;
}

/** After so many bytes or entries, or so much time, what has been appended is brought to the disk. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
const MOST_WAITING_ENTRIES = 500;
const LONGEST_WAIT_MILLISECONDS = 1000;

export class AppendLog<Entry> implements AsyncDisposable {
  /** What an earlier process left whole, in its order. */
  readonly found: readonly Entry[];
  readonly #data: FileHandle;
  readonly #journal: FileHandle;
  readonly #place: string;
  readonly #now: () => number;
  #end: number;
  #journalEnd: number;
  #chunks: Uint8Array[] = [];
  #lines: string[] = [];
  #waitingBytes = 0;
  #flushedAt: number;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(
    { data, now = () => performance.now() }: AppendLogPlace<Entry>,
    files: { data: FileHandle; journal: FileHandle },
    recovered: Recovered<Entry>,
  ) {
    this.#place = data;
    this.#data = files.data;
    this.#journal = files.journal;
    this.found = recovered.entries;
    this.#end = recovered.dataEnd;
    this.#journalEnd = recovered.journalEnd;
    this.#now = now;
    this.#flushedAt = now();
  }

  /** Opens a log, or begins one; what an interrupted process left unfinished at its end is cut off. */
  static async open<Entry>(place: AppendLogPlace<Entry>): Promise<AppendLog<Entry>> {
    // 'a' makes a file that is not there; writing at positions needs 'r+'.
    for (const path of [place.data, place.journal]) await (await open(path, 'a')).close();
    const recovered = await recover(place);
    const data = await open(place.data, 'r+');
    let journal: FileHandle | undefined;
    try {
      journal = await open(place.journal, 'r+');
      await data.truncate(recovered.dataEnd);
      await journal.truncate(recovered.journalEnd);
      const log = new AppendLog(place, { data, journal }, recovered);
      if (recovered.journalEnd === 0) log.#lines.push(`${place.header}\n`);
      return log;
    } catch (error) {
      await data.close();
      await journal?.close();
      throw error;
    }
  }

  /** Where the next bytes will lie. */
  get end(): number {
    return this.#end;
  }

  /** Appends bytes and the entry that tells of them. In memory at first: await `settle` now and then.
   *  @param entryAt makes the entry from the place of the first byte */
  append(bytes: Uint8Array, entryAt: (offset: number) => Entry): Entry {
    const entry = entryAt(this.#end);
    this.#chunks.push(bytes);
    this.#end += bytes.length;
    this.#waitingBytes += bytes.length;
    const line = `${JSON.stringify(entry)}\n`;
    this.#waitingBytes += line.length;
    this.#lines.push(line);
    return entry;
  }

  /** Brings what was appended to the disk if it has become much or old.
   *  @throws {CorpusError} `write-failed` */
  async settle(): Promise<void> {
    const old = this.#now() - this.#flushedAt > LONGEST_WAIT_MILLISECONDS;
    const much =
      this.#waitingBytes > MOST_WAITING_BYTES || this.#lines.length > MOST_WAITING_ENTRIES;
    if (old || much) await this.flush();
  }

  /** Brings everything that was appended to the disk.
   *  @throws {CorpusError} `write-failed` */
  async flush(): Promise<void> {
    const chunks = this.#chunks;
    const text = Buffer.from(this.#lines.join(''));
    this.#chunks = [];
    this.#lines = [];
    this.#waitingBytes = 0;
    this.#flushedAt = this.#now();
    const bytes = Buffer.concat(chunks);
    const dataAt = this.#end - bytes.length;
    const journalAt = this.#journalEnd;
    this.#journalEnd += text.length;
    this.#flushing = this.#flushing.then(() => this.#write(bytes, dataAt, text, journalAt));
    await this.#flushing;
  }

  async #write(bytes: Buffer, dataAt: number, text: Buffer, journalAt: number): Promise<void> {
    try {
      await writeAll(this.#data, bytes, dataAt);
      await this.#data.datasync();
      await writeAll(this.#journal, text, journalAt);
      await this.#journal.datasync();
    } catch (cause) {
      throw writeFailed(this.#place, cause);
    }
  }

  /** SHA-256 of the bytes on the disk, in hexadecimal digits. */
  async hash(): Promise<string> {
    await this.flush();
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(this.#place)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  /** Flushes as far as that is possible and closes the files. Calling it again does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush().catch(() => undefined); // whoever needs to know has called `flush`
    await this.#data.close();
    await this.#journal.close();
  }
}

interface Recovered<Entry> {
  readonly entries: Entry[];
  readonly dataEnd: number;
  readonly journalEnd: number;
}

/** Reads the journal up to the first line that is not whole, or whose bytes are not there. */
async function recover<Entry>({
  data,
  journal,
  header,
  parse,
  endOf,
}: AppendLogPlace<Entry>): Promise<Recovered<Entry>> {
  const dataSize = (await stat(data)).size;
  const journalSize = (await stat(journal)).size;
  const entries: Entry[] = [];
  let journalEnd = 0;
  let dataEnd = 0;
  const lines = createInterface({ input: createReadStream(journal), crlfDelay: Infinity });
  for await (const line of lines) {
    const lineEnd = journalEnd + Buffer.byteLength(line) + 1;
    if (lineEnd > journalSize) break; // the last line has no end
    if (journalEnd === 0) {
      if (line !== header) break;
    } else {
      const entry = parse(parseOrUndefined(line));
      if (entry === undefined || endOf(entry) > dataSize) break;
      entries.push(entry);
      dataEnd = Math.max(dataEnd, endOf(entry));
    }
    journalEnd = lineEnd;
  }
  return { entries, dataEnd, journalEnd };
}

function parseOrUndefined(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function writeFailed(place: string, cause: unknown): CorpusError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : code || message;
  return new CorpusError(
    'write-failed',
    `${place}: could not be written (${reason}); what was done so far is kept: put that right and run the same ` +
      'command again',
    { cause },
  );
}
