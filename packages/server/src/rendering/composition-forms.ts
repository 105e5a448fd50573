// What `compositionAnswer` gives, for the documentation of a route.
import { z } from '@hono/zod-openapi';
import { compositionSchema } from '../schemas/composition-schemas.js';
import { evaluationSchema } from '../schemas/evaluation-schemas.js';
import { FORMS } from './forms.js';

const binary = { schema: { type: 'string', format: 'binary' } };
const text = (description: string) => ({ description, schema: { type: 'string' as const } });

/** What every form of a composition has beside its content. */
const HEADERS = {
  'ostinato-seed': text('The seed of the piece, percent-encoded'),
  'ostinato-stopped-by': text('Why the piece ends: end, bars, seconds, notes or tokens'),
  'ostinato-primer-loss': text(
    'What of a given piece could not be said: `dropped=0, moved=2, other-instrument=0, shortened=0`, in notes',
  ),
  'content-disposition': text('With a name for a file, such as `musicnet-7.mid`'),
};

/** Its type knows of the JSON form alone, which is what a typed client reads; a handler returns what `compositionAnswer`
 *  gives as it is, `as never`. */
export const COMPOSITION_ANSWER = {
  description: 'The piece',
  headers: HEADERS,
  content: {
    [FORMS.mid]: binary,
    [FORMS.json]: { schema: compositionSchema },
    [FORMS.svg]: binary,
    [FORMS.wav]: binary,
  } as { 'application/json': { schema: typeof compositionSchema } },
};

/** What a job leaves: a composition in any of its forms, or an evaluation. Typed as `COMPOSITION_ANSWER` is. */
export const JOB_ANSWER = {
  description:
    'What was composed, in the form that `Accept` asks for; of `evaluate` the likelihood, as JSON',
  headers: HEADERS,
  content: {
    ...COMPOSITION_ANSWER.content,
    [FORMS.json]: { schema: z.union([compositionSchema, evaluationSchema]) },
  },
};
