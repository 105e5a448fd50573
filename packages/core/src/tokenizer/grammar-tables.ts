// The grammar of a vocabulary: which tokens may follow which, as rules over kinds, then as tables.
import type { Grammar } from './grammar.js';
import type { TokenKind, Vocabulary } from './vocabulary.js';

/** After each of `after`, any of `allow` may come. Every token stands on the left of exactly one rule. */
interface Rule {
  after: readonly number[];
  allow: readonly number[];
}

/** Builds the tables of a vocabulary's grammar: head of the piece, then bars of positions of notes.
 *  Every state leads to `End` in a few tokens, and after `End` the next piece may begin. */
export function buildGrammar(vocabulary: Vocabulary): Grammar {
  const rules = [...headRules(vocabulary), ...bodyRules(vocabulary)].filter(
    ({ after }) => after.length > 0,
  );
  const stateAfter = new Uint8Array(vocabulary.size);
  const allowed = new Uint8Array(rules.length * vocabulary.size);
  rules.forEach(({ after, allow }, state) => {
    for (const id of after) stateAfter[id] = state;
    for (const id of allow) allowed[state * vocabulary.size + id] = 1;
  });
  return { stateAfter, allowed, states: rules.length };
}

/** `Begin`, one label of each kind, and at least one instrument, ascending. */
function headRules(vocabulary: Vocabulary): Rule[] {
  const instruments = idsOf(vocabulary, 'With');
  const labels = vocabulary.labels.map(({ unknownId, values }) =>
    Array.from({ length: 1 + values.length }, (_, i) => unknownId + i),
  );
  const parts = [idsOf(vocabulary, 'Begin'), ...labels, instruments];
  return [
    ...parts.slice(0, -1).map((after, i) => ({ after, allow: parts[i + 1] })),
    ...instruments.map((id, i) => ({
      after: [id],
      allow: [...instruments.slice(i + 1), ...idsOf(vocabulary, 'Bar')],
    })),
  ];
}

function bodyRules(vocabulary: Vocabulary): Rule[] {
  const ids = (...kinds: TokenKind[]): number[] => kinds.flatMap((kind) => idsOf(vocabulary, kind));
  const afterNote = ids('Instrument', 'Pitch', 'Drum', 'Position', 'Bar', 'End');
  const hasVelocity = vocabulary.config.velocityBins > 0;
  return [
    { after: ids('Bar'), allow: ids('TimeSignature', 'Tempo', 'Position', 'Bar', 'End') },
    { after: ids('TimeSignature'), allow: ids('Tempo', 'Position', 'Bar', 'End') },
    { after: ids('Tempo'), allow: ids('Position', 'Bar', 'End') },
    { after: ids('Position'), allow: ids('Instrument', 'Pitch', 'Drum') },
    { after: ids('Instrument'), allow: ids('Pitch') },
    { after: ids('Pitch', 'Drum'), allow: ids('Hold', 'Duration') },
    { after: ids('Hold'), allow: ids('Duration') },
    { after: ids('Duration'), allow: hasVelocity ? ids('Velocity') : afterNote },
    { after: ids('Velocity'), allow: afterNote },
    { after: ids('End'), allow: ids('Begin') },
  ];
}

function idsOf(vocabulary: Vocabulary, kind: TokenKind): number[] {
  const { firstId, count } = vocabulary.blocks[kind];
  return Array.from({ length: count }, (_, i) => firstId + i);
}
