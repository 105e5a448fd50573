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

function open(header = 'first', now?: () => number): Promise<AppendLog<Entry>> {
  return AppendLog.open<Entry>({
    ...(now && { now }),
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

async function addAndSettle(log: AppendLog<Entry>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    add(log, 'x');
    await log.settle();
  }
}

async function linesOnDisk(): Promise<number> {
  return (await readFile(journal, 'utf8')).split('\n').length - 1;
}

describe('an append log', () => {
  it('begins empty', async () => {
    await using log = await open();
    expect(log.found).toEqual([]);
    expect(log.end).toBe(0);
  });

  it('brings 500 small entries to the disk, however little time has gone by', async () => {
    await using log = await open('first', () => 0);
    await addAndSettle(log, 499);
    expect(await linesOnDisk()).toBe(0);
    await addAndSettle(log, 1);
    expect(await linesOnDisk()).toBe(501); // the header too
    await addAndSettle(log, 501);
    expect(await linesOnDisk()).toBe(1002);
  });

  it('brings many bytes to the disk, in however few entries', async () => {
    await using log = await open('first', () => 0);
    const bytes = new Uint8Array(4 * 1024 * 1024);
    for (const lines of [0, 3]) {
      log.append(bytes, (offset) => ({ name: 'large', end: offset + bytes.length }));
      await log.settle();
      expect(await linesOnDisk()).toBe(lines);
    }
  });

  it('brings a single entry to the disk when the last time was more than a second ago', async () => {
    let now = 5000;
    await using log = await open('first', () => now);
    now += 1000;
    await addAndSettle(log, 1);
    expect(await linesOnDisk()).toBe(0);
    now += 1;
    await log.settle();
    expect(await linesOnDisk()).toBe(2);
    now += 1000;
    await addAndSettle(log, 1);
    expect(await linesOnDisk()).toBe(2);
    now += 1;
    await log.settle();
    expect(await linesOnDisk()).toBe(3);
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
