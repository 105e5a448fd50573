// The forms in which a composition is given, and which of them a request wants (RFC 9110, section 12.5.1).
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { ProblemError } from '../problem/problem.js';

/** Media types by file extension, the preferred first. */
export const FORMS = {
  mid: 'audio/midi',
  json: 'application/json',
  svg: 'image/svg+xml',
  wav: 'audio/wav',
} as const;

export type Form = keyof typeof FORMS;

/** Other names of the same. */
const ALIASES: Readonly<Record<string, string>> = {
  'audio/x-midi': FORMS.mid,
  'audio/mid': FORMS.mid,
  'audio/x-wav': FORMS.wav,
  'audio/wave': FORMS.wav,
  'audio/vnd.wave': FORMS.wav,
};

const ALL_FORMS = Object.keys(FORMS) as Form[];

/** The form that a request wants most; between equals, the first of the list.
 *  @param forms that there are, the preferred first
 *  @throws {ProblemError} `not-acceptable` */
export function wantedForm(c: Context, forms: readonly Form[] = ALL_FORMS): Form {
  const types = forms.map((form): string => FORMS[form]);
  const found = accepts(c, {
    header: 'Accept',
    supports: types,
    default: types[0],
    match: (accepted) => {
      const quality = (type: string): number => qualityOf(type, accepted);
      const [best] = types.toSorted((a, b) => quality(b) - quality(a)); // stable
      return quality(best) > 0 ? best : '';
    },
  });
  const form = forms.find((each) => FORMS[each] === found);
  if (form !== undefined) return form;
  const detail = `Accept: expected one of ${types.join(', ')}`;
  throw new ProblemError('not-acceptable', detail, { headers: { vary: 'accept' } });
}

/** The quality of the most specific range that a type falls into; 0 if none does. */
function qualityOf(type: string, accepted: readonly { type: string; q: number }[]): number {
  const ranges = [type, `${type.split('/')[0]}/*`, '*/*'];
  for (const range of ranges) {
    const matches = accepted.filter((each) => {
      const name = each.type.toLowerCase();
      return (ALIASES[name] ?? name) === range;
    });
    if (matches.length > 0) return Math.max(...matches.map(({ q }) => q));
  }
  return 0;
}
