// What `compositionAnswer` gives, for the documentation of a route.
import { compositionSchema } from '../schemas/composition-schemas.js';
import { FORMS } from './forms.js';

const binary = { schema: { type: 'string', format: 'binary' } };
const text = (description: string) => ({ description, schema: { type: 'string' as const } });

/** Its type knows of the JSON form alone, which is what a typed client reads; a handler returns what `compositionAnswer`
 *  gives as it is, `as never`. */
export const COMPOSITION_ANSWER = {
  description: 'The piece',
  headers: {
    'ostinato-seed': text('The seed of the piece, percent-encoded'),
    'ostinato-stopped-by': text('Why the piece ends: end, bars, seconds, notes or tokens'),
    'ostinato-primer-loss': text(
      'What of a given piece could not be said: `dropped=0, moved=2, other-instrument=0, shortened=0`, in notes',
    ),
    'content-disposition': text('With a name for a file, such as `musicnet-7.mid`'),
  },
  content: {
    [FORMS.mid]: binary,
    [FORMS.json]: { schema: compositionSchema },
    [FORMS.svg]: binary,
    [FORMS.wav]: binary,
  } as { 'application/json': { schema: typeof compositionSchema } },
};
