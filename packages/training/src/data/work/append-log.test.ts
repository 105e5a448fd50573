import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendLog } from './append-log.js';

interface Entry {
  name: string;
  end: number;
}

let folder: string;
let data: string;
let journal: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostinato-log-'));
  data = join(folder, 'data.bin');
  journal = join(folder, 'journal.jsonl');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function open(header = 'first'): Promise<AppendLog<Entry>> {
  return AppendLog.open<Entry>({
    data,
    journal,
    header,
    parse: (line) => (typeof line === 'object' ? (line as Entry) : undefined),
    endOf: ({ end }) => end,
  });
}

function add(log: AppendLog<Entry>, name: string): Entry {
  const bytes = new TextEncoder().encode(name);
  return log.append(bytes, (offset) => ({ name, end: offset + bytes.length }));
}

async function names(header?: string): Promise<string[]> {
  await using log = await open(header);
  return log.found.map(({ name }) => name);
}

async function write(...all: string[]): Promise<void> {
  await using log = await open();
  for (const name of all) add(log, name);
  await log.flush();
}

describe('an append log', () => {
  it('begins empty', async () => {
    await using log = await open();
    expect(log.found).toEqual([]);
    expect(log.end).toBe(0);
  });

  it('brings many small entries to the disk without waiting for bytes or time', async () => {
    await using log = await open();
    for (let i = 0; i < 1200; i++) {
      add(log, 'x');
      await log.settle();
    }
    const lines = (await readFile(journal, 'utf8')).split('\n').length - 1;
    expect(lines).toBeGreaterThanOrEqual(1000);
  });

  it('finds what was written, and goes on behind it', async () => {
    await write('one', 'two');
    await write('three');
    expect(await names()).toEqual(['one', 'two', 'three']);
    expect(await readFile(data, 'utf8')).toBe('onetwothree');
  });

  it('flushes when it is closed', async () => {
    {
      await using log = await open();
      add(log, 'one');
    }
    expect(await names()).toEqual(['one']);
  });

  it('cuts off a line that a kill left half-written, and the bytes of it', async () => {
    await write('one', 'two');
    const { size } = await stat(journal);
    await truncate(journal, size - 5);
    expect(await names()).toEqual(['one']);
    expect(await readFile(data, 'utf8')).toBe('one');
  });

  it('cuts off a last line without its end', async () => {
    await write('one', 'two');
    await truncate(journal, (await stat(journal)).size - 1);
    expect(await names()).toEqual(['one']);
  });

  it('cuts off entries whose bytes are missing', async () => {
    await write('one', 'two', 'three');
    await truncate(data, 7);
    expect(await names()).toEqual(['one', 'two']);
    await write('four');
    expect(await names()).toEqual(['one', 'two', 'four']);
    expect(await readFile(data, 'utf8')).toBe('onetwofour');
  });

  it('cuts off bytes that no entry tells of', async () => {
    await write('one');
    await appendFile(data, 'lost');
    expect(await names()).toEqual(['one']);
    expect(await readFile(data, 'utf8')).toBe('one');
  });

  it('ends at a line that is not JSON', async () => {
    await write('one');
    await appendFile(journal, 'garbage\n{"name":"two","end":3}\n');
    expect(await names()).toEqual(['one']);
  });

  it('is begun anew under another header', async () => {
    await write('one');
    expect(await names('second')).toEqual([]);
    expect((await stat(data)).size).toBe(0);
  });

  it('hashes the bytes, the earlier ones too', async () => {
    await write('one', 'two');
    await using log = await open();
    add(log, 'x');
    expect(await log.hash()).toBe(createHash('sha256').update('onetwox').digest('hex'));
  });
});
