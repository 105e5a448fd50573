// The values that a setting may have: one description for the flag, the configuration file and the messages of both.

export type Domain =
  | {
      readonly kind: 'integer' | 'number';
      readonly lowest: number;
      readonly highest: number;
      /** Ends that do not belong to the range. */
      readonly open?: { readonly lowest?: boolean; readonly highest?: boolean };
    }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'path' };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What a text on the command line means; a text that is no number stays one. */
export function fromText(domain: Domain, text: string): unknown {
  const numeric = domain.kind === 'integer' || domain.kind === 'number';
  return numeric && NUMBER.test(text) ? Number(text) : text;
}

/** Whether a value is in a domain. */
export function isIn(domain: Domain, value: unknown): boolean {
  switch (domain.kind) {
    case 'integer':
    case 'number':
      return typeof value === 'number' && isInRange(domain, value);
    case 'choice':
      return typeof value === 'string' && domain.values.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'path':
      return typeof value === 'string' && value.trim() !== '' && !value.includes('\0');
  }
}

function isInRange(
  { kind, lowest, highest, open }: Extract<Domain, { kind: 'integer' | 'number' }>,
  value: number,
): boolean {
  if (kind === 'integer' && !Number.isInteger(value)) return false;
  if (open?.lowest ? value <= lowest : !(value >= lowest)) return false;
  return open?.highest ? value < highest : value <= highest;
}

/** In words: `an integer in 1..4096`. */
export function inWords(domain: Domain): string {
  switch (domain.kind) {
    case 'integer':
    case 'number': {
      const { kind, lowest, highest, open } = domain;
      const from = `${lowest}${open?.lowest ? ' (excluded)' : ''}`;
      const to = `${highest}${open?.highest ? ' (excluded)' : ''}`;
      return `${kind === 'integer' ? 'an integer' : 'a number'} in ${from}..${to}`;
    }
    case 'choice':
      return `one of ${domain.values.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'path':
      return 'a path';
  }
}
