// Values of options, checked where they are read. Commander puts the option's name before the message.
import { InvalidArgumentError } from 'commander';

/** An integer in `lowest..highest`. */
export function integer(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`Expected an integer in ${lowest}..${highest}.`);
  };
}

/** A number in `lowest..highest`, both included. */
export function decimal(lowest: number, highest: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`Expected a number in ${lowest}..${highest}.`);
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
