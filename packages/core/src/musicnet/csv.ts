// Comma-separated values as RFC 4180 has them, with the line of each row for messages.
import { MusicNetError } from './musicnet-error.js';

/** A row by the names of its columns. */
export interface CsvRow<Column extends string> {
  /** The line on which the row starts, from 1. */
  line: number;
  fields: Record<Column, string>;
}

interface RawRow {
  line: number;
  fields: string[];
}

const BARE_FIELD = /[^",\r\n]*/y;
const FIELD_END = /,|\r\n|\n|\r|$/y;

/** Reads a table whose first row names its columns, in any order; other columns are left out. Empty lines are skipped.
 *  @throws {MusicNetError} `bad-header`, `bad-row` or `bad-quote` */
export function parseCsvTable<Column extends string>(
  text: string,
  columns: readonly Column[],
): CsvRow<Column>[] {
  const [header, ...rows] = splitRows(text.replace(/^\ufeff/, ''));
  const missing = columns.filter((column) => !header?.fields.includes(column));
  if (header === undefined || missing.length > 0) {
    const message = `expected columns ${columns.join(', ')}; missing ${missing.join(', ')}`;
    throw new MusicNetError('bad-header', message, 1);
  }
  const positions = columns.map((column) => [column, header.fields.indexOf(column)] as const);
  return rows.map(({ line, fields }) => {
    if (fields.length !== header.fields.length) {
      const message = `expected ${header.fields.length} fields, found ${fields.length}`;
      throw new MusicNetError('bad-row', message, line);
    }
    const entries = positions.map(([column, position]) => [column, fields[position]]);
    return { line, fields: Object.fromEntries(entries) as Record<Column, string> };
  });
}

function splitRows(text: string): RawRow[] {
  const rows: RawRow[] = [];
  let row: RawRow = { line: 1, fields: [] };
  let line = 1;
  let at = 0;
  while (at < text.length || row.fields.length > 0) {
    const isQuoted = text[at] === '"';
    const past = isQuoted ? closingQuote(text, at) + 1 : at + matchAt(BARE_FIELD, text, at)!.length;
    const end = past === 0 ? undefined : matchAt(FIELD_END, text, past);
    if (end === undefined) {
      const message = 'expected a comma or the end of the line after a field, found a stray quote';
      throw new MusicNetError('bad-quote', message, line);
    }
    const content = isQuoted ? text.slice(at + 1, past - 1) : text.slice(at, past);
    row.fields.push(isQuoted ? content.replaceAll('""', '"') : content);
    line += isQuoted ? (content.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
    at = past + end.length;
    if (end === ',') continue;
    if (row.fields.length > 1 || row.fields[0] !== '') rows.push(row);
    line += 1;
    row = { line, fields: [] };
  }
  return rows;
}

/** The place of the quote that ends the field opened at `open`, in which "" stands for a quote; -1 if there is none.
 *  No regular expression: one for this overflows the stack on a long field. */
function closingQuote(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/** What a sticky pattern matches at a place; undefined if it does not. */
function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
