import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { readSharedGraph, shareGraphs } from './shared-graphs.js';

afterEach(() => vi.unstubAllEnvs());

const step = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
const rows = Uint8Array.from({ length: 70_001 }, (_, i) => i % 241);

it('gives each graph to whoever has the file, and leaves none', () => {
  const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('ostinato-'));
  const before = ours();
  const { graphs, file, close } = shareGraphs({ step, rows });
  expect(ours().filter((name) => !before.includes(name))).toEqual([]);
  expect(graphs.rows).toEqual({ offset: step.length, length: rows.length });
  expect(readSharedGraph(graphs.rows!, file!)).toEqual(rows);
  expect(readSharedGraph(graphs.step!, file!)).toEqual(step);
  close();
  close();
});

it('gives the graphs themselves where nothing can be written', () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all');
  const { graphs, file } = shareGraphs({ step });
  expect(file).toBeUndefined();
  expect(readSharedGraph(graphs.step!, -1)).toBe(step);
});
