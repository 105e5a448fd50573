// Values of options, checked where they are read. Commander puts the option's name before the message.
// Every command loads this: what needs a package of ours stands with the command.
import { InvalidArgumentError } from 'commander';

/** An integer in `lowest..highest`. */
export function integer(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`Expected an integer in ${lowest}..${highest}.`);
  };
}

/** A number in `lowest..highest`; an `open` end is not part of the range. */
export function decimal(
  lowest: number,
  highest: number,
  open?: 'above' | 'below',
): (text: string) => number {
  const range = `${lowest}${open === 'above' ? ' (excluded)' : ''}..${highest}${open === 'below' ? ' (excluded)' : ''}`;
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    const excluded =
      (open === 'above' && value === lowest) || (open === 'below' && value === highest);
    if (value >= lowest && value <= highest && !excluded) return value;
    throw new InvalidArgumentError(`Expected a number in ${range}.`);
  };
}

/** A seed: an integer in 0..4294967295, or any other text. */
export function seed(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a number or a text.');
  if (/^-?\d+$/.test(text)) integer(0, 2 ** 32 - 1)(text);
  return text;
}

/** Collects `kind=value` pairs of an option that may be given several times. */
export function label(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, kind, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (kind === undefined || value === undefined) {
    throw new InvalidArgumentError('Expected KIND=VALUE, such as composer=Bach.');
  }
  return { ...before, [kind.trim()]: value.trim() };
}

/** Collects `name=2,16` of an option that may be given several times. */
export function namedShape(
  text: string,
  before: ReadonlyMap<string, readonly number[]> = new Map(),
): ReadonlyMap<string, readonly number[]> {
  const [, name, sizes] = /^(.+)=(\d{1,9}(?:,\d{1,9})*)?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError('Expected NAME=SIZES, such as tokens=2,16.');
  }
  return new Map([
    ...before,
    [name.trim(), sizes === undefined ? [] : sizes.split(',').map(Number)],
  ]);
}

/** Collects `name=other` of an option that may be given several times. */
export function namePair(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, left, right] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined) {
    throw new InvalidArgumentError('Expected REFERENCE=ONNX, such as Identity=logits.');
  }
  return new Map([...before, [left.trim(), right.trim()]]);
}

/** Names separated by commas, in lower case. */
export function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (names.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return names;
}

/** One or more of `allowed`, separated by commas, each once. */
export function choices<Choice extends string>(
  allowed: readonly Choice[],
): (text: string) => Choice[] {
  return (text) => {
    const names = list(text);
    const isChoice = (name: string): name is Choice =>
      (allowed as readonly string[]).includes(name);
    if (names.every(isChoice) && new Set(names).size === names.length) return names;
    throw new InvalidArgumentError(
      `Allowed choices are ${allowed.join(', ')}, each once, separated by commas.`,
    );
  };
}

/** A path that names something. */
export function path(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw new InvalidArgumentError('Expected a path.');
  return text;
}

/** A path whose name ends in one of `extensions` (lower case, with the dot). */
export function pathWith(...extensions: string[]): (text: string) => string {
  return (text) => {
    if (extensions.some((extension) => text.toLowerCase().endsWith(extension))) return path(text);
    throw new InvalidArgumentError(`Expected a file name that ends in ${extensions.join(' or ')}.`);
  };
}
