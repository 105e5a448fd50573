// The forms of a composition in the documentation of a route.
import { compositionSchema } from '../schemas/composition-schemas.js';
import { FORMS } from './forms.js';

const binary = { schema: { type: 'string', format: 'binary' } };

/** The content of an answer that `compositionAnswer` makes. Its type knows of JSON alone, which is what a typed client
 *  reads; a handler returns what `compositionAnswer` gives as it is, `as never`. */
export const COMPOSITION_CONTENT: { 'application/json': { schema: typeof compositionSchema } } = {
  [FORMS.mid]: binary,
  [FORMS.json]: { schema: compositionSchema },
  [FORMS.svg]: binary,
  [FORMS.wav]: binary,
} as { 'application/json': { schema: typeof compositionSchema } };
