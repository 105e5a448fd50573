// A composition as an answer, in the form that was asked for.
import { type Composition, type GridLoss, type Score, scoreDurationSeconds } from '@ostinato/core';
import { ProblemError } from '../problem/problem.js';
import { describeComposition } from '../schemas/composition-schemas.js';
import { type Form, FORMS } from './forms.js';
import { leaveAtEnd, type Rendering } from './open-rendering.js';
import { LONGEST_SOUND_SECONDS, type Renderer } from './renderer.js';

export interface AnswerFacts {
  /** The name by which the model is served. */
  readonly model: string;
  readonly seed: number | string;
  readonly composition: Composition;
  readonly primerLoss?: GridLoss | undefined;
}

export interface AnswerOptions {
  readonly renderer: Renderer;
  /** Ends the work, but not that of a sound. */
  readonly signal: AbortSignal;
  /** What a sound is made in, to its end. */
  readonly rendering: Rendering | undefined;
}

/** The headers that every form has. `ostinato-seed` is percent-encoded where it is not plain.
 *  @throws {ProblemError} `outside-limits` if the piece is too long for a sound; `deadline` if its time is over */
export async function compositionAnswer(
  facts: AnswerFacts,
  form: Form,
  { renderer, signal, rendering }: AnswerOptions,
): Promise<Response> {
  const { model, seed, composition, primerLoss } = facts;
  const { score, stoppedBy } = composition;
  const headers = new Headers({
    'content-type': FORMS[form],
    'content-disposition': `inline; filename="${fileName(model, seed, form)}"`,
    'ostinato-seed': encodeURIComponent(seed),
    'ostinato-stopped-by': stoppedBy,
    vary: 'accept',
    ...(primerLoss && { 'ostinato-primer-loss': lossHeader(primerLoss) }),
  });
  switch (form) {
    case 'mid':
      return new Response(await renderer.midi(score, { signal }), { headers });
    case 'svg':
      return new Response(await renderer.svg(score, { signal }), { headers });
    case 'wav': {
      checkSoundLength(score);
      rendering?.signal.throwIfAborted(); // as long as it can be said
      const sound = await renderer.wav(score, { signal });
      headers.set('content-length', String(sound.bytes));
      const stream = rendering ? leaveAtEnd(sound, rendering) : sound.stream;
      return new Response(stream, { headers });
    }
    case 'json':
      return Response.json(describeComposition(model, seed, composition, primerLoss), { headers });
  }
}

/** What was asked for is within the limits; with a piece that was given and continued it may be far longer. */
function checkSoundLength(score: Score): void {
  const seconds = Math.ceil(scoreDurationSeconds(score));
  if (seconds <= LONGEST_SOUND_SECONDS) return;
  const detail = `the piece lasts ${seconds} s, this server makes sounds of at most ${LONGEST_SOUND_SECONDS} s; ask for MIDI, or give a part of the piece`;
  throw new ProblemError('outside-limits', detail);
}

/** `musicnet-7.mid`: letters, digits and `.-_` alone. */
function fileName(model: string, seed: number | string, form: Form): string {
  const words = String(seed).match(/[\w.]+/g) ?? [];
  return `${[model, ...words].join('-').slice(0, 100)}.${form}`;
}

/** What of a primer was changed, as a structured dictionary (RFC 9651): `dropped=3, moved=1`. */
function lossHeader({
  notesDropped,
  pitchesMoved,
  instrumentsMapped,
  durationsCut,
}: GridLoss): string {
  return `dropped=${notesDropped}, moved=${pitchesMoved}, other-instrument=${instrumentsMapped}, shortened=${durationsCut}`;
}
