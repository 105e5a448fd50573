import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsvTable } from './csv.js';

const field = fc.string({
  unit: fc.constantFrom('a', 'ü', ' ', ',', '"', '\n', '\r\n'),
  maxLength: 6,
});

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

describe('parseCsvTable', () => {
  it('gives back every quoted field', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ x: field, y: field }), { maxLength: 5 }), (table) => {
        const rows = table.map(({ x, y }) => `${quote(x)},${quote(y)}`);
        const read = parseCsvTable(['x,y', ...rows].join('\n'), ['x', 'y']);
        expect(read.map(({ fields }) => fields)).toEqual(table);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each(['\n', '\r\n', '\r'])('counts lines that end with %j, and skips empty ones', (end) => {
    const rows = parseCsvTable(['x,y', '1,2', '', '3,4', ''].join(end), ['y']);
    expect(rows).toEqual([
      { line: 2, fields: { y: '2' } },
      { line: 4, fields: { y: '4' } },
    ]);
  });

  it('never hangs and never fails in another way than a MusicNetError', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 30 });
    fc.assert(
      fc.property(text, (body) => {
        try {
          parseCsvTable(`a,b\n${body}`, ['a', 'b']);
        } catch (error) {
          expect(error).toMatchObject({ name: 'MusicNetError', line: expect.any(Number) });
        }
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('reads a field of millions of characters', () => {
    const value = 'x'.repeat(30_000_000);
    const [row] = parseCsvTable(`x,y\n${quote(value)},2`, ['x', 'y']);
    expect(row.fields.x.length).toBe(value.length);
    expect(row.fields.y).toBe('2');
  });
});
