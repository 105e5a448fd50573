// Numbers in the fields of a CSV, checked.
import { MusicNetError } from './musicnet-error.js';
import type { CsvRow } from './csv.js';

/** @returns the whole number in a column, low..high @throws {MusicNetError} `bad-row` */
export function integerField<Column extends string>(
  { line, fields }: CsvRow<Column>,
  column: Column,
  low: number,
  high: number,
): number {
  const text = fields[column];
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  const message = `${column}: expected an integer in ${low}..${high}, found "${text.slice(0, 40)}"`;
  throw new MusicNetError('bad-row', message, line);
}

/** @returns the number in a column, 0..high @throws {MusicNetError} `bad-row` */
export function numberField<Column extends string>(
  { line, fields }: CsvRow<Column>,
  column: Column,
  high: number,
): number {
  const text = fields[column];
  const value = /^\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (value <= high) return value;
  const message = `${column}: expected a number in 0..${high}, found "${text.slice(0, 40)}"`;
  throw new MusicNetError('bad-row', message, line);
}
