// The one sampling loop: a model, a tokenizer and a seed to a stream of notes.
import type { NextTokenModel } from '../model/next-token-model.js';
import { scoreDurationSeconds } from '../score/measures.js';
import type { Score } from '../score/score.js';
import { createTempoMap } from '../score/tempo-map.js';
import type { DecodedEvent, NoteEvent } from '../tokenizer/decoder.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { cutScore } from './cut-score.js';
import { createDrawing, type Drawing } from './draw-tokens.js';
import type { Composition, GenerateOptions, Generation, StopReason } from './generation-options.js';
import { planGeneration, type GenerationPlan } from './generation-plan.js';
import { createStopRule, type StartingPoint } from './stop-rule.js';

const DEFAULT_MAX_TOKENS = 50_000;

/** Composes. Notes arrive in the order of their onsets, as soon as their tokens are drawn; the generator returns the
 *  whole composition. Everything is checked before this function returns; the model is asked for the next block of
 *  tokens when the notes of the one before have been taken.
 *
 *  A note's length is as written; only `Composition.score` cuts what sounds beyond the length that was asked for.
 *  @throws {RangeError} if an option is outside its range
 *  @throws {VocabularyError} if model, tokenizer, labels or instruments do not fit together
 *  @throws {GenerationError} `invalid-primer`; `invalid-checkpoint`; `no-allowed-token` if bias and constraints leave no
 *  way on
 *  @example
 *  for await (const note of generate(model, tokenizer, { seed: 7, seconds: 60 })) play(note); */
export function generate(
  model: NextTokenModel,
  tokenizer: Tokenizer,
  options: GenerateOptions = {},
): Generation {
  const plan = planGeneration(model, tokenizer, options);
  const drawing = createDrawing(model, tokenizer, plan, options);
  const { checkpoint } = drawing;
  return Object.assign(run(tokenizer, plan, options, drawing), { checkpoint });
}

/** Composes to the end.
 *  @throws as `generate` does, and the signal's reason if it is aborted */
export async function compose(
  model: NextTokenModel,
  tokenizer: Tokenizer,
  options: GenerateOptions = {},
): Promise<Composition> {
  const notes = generate(model, tokenizer, options);
  for (;;) {
    const step = await notes.next();
    if (step.done) return step.value;
  }
}

async function* run(
  tokenizer: Tokenizer,
  { given }: GenerationPlan,
  options: GenerateOptions,
  drawing: Drawing,
): AsyncGenerator<NoteEvent, Composition, undefined> {
  const { maxTokens = DEFAULT_MAX_TOKENS, notes = Infinity, includePrimer = false } = options;
  const { decoder = tokenizer.createDecoder() } = options;
  const { tokens } = drawing;
  const end = tokenizer.idOf('End');
  const primerEvents = [...given].flatMap((token) => decoder.push(token) ?? []);
  const start: StartingPoint = {
    bar: primerEvents.at(-1)?.bar ?? -1,
    seconds: scoreDurationSeconds(decoder.end()),
  };
  const stopRule = createStopRule(options, start);
  if (includePrimer) yield* primerEvents.filter(isNote);

  let newNotes = 0;
  let kept = given.length; // tokens up to the last event that was accepted
  const finish = (stoppedBy: StopReason, length: number, event?: DecodedEvent): Composition => {
    const piece = Uint16Array.from(tokens.slice(0, length));
    const score = cutAtLength(tokenizer.decode(piece), options, start, event);
    return { tokens: piece, givenTokens: given.length, score, stoppedBy };
  };

  for (let read = given.length; read - given.length < maxTokens; read++) {
    while (read === tokens.length) await drawing.drawBlock();
    const token = tokens[read];
    if (token === end) return finish('end', read + 1);
    const event = decoder.push(token);
    if (!event) continue;
    const reason = stopRule(event);
    if (reason) return finish(reason, kept, event);
    kept = read + 1;
    if (!isNote(event)) continue;
    yield event;
    if (++newNotes === notes) return finish('notes', kept);
  }
  return finish('tokens', given.length + maxTokens);
}

/** Cuts a score at the seconds, or at the bar line, that were asked for.
 *  @param stopEvent what came after the last event that was accepted */
function cutAtLength(
  score: Score,
  { seconds, bars }: GenerateOptions,
  start: StartingPoint,
  stopEvent: DecodedEvent | undefined,
): Score {
  let endTick = Infinity;
  if (seconds !== undefined) {
    endTick = Math.floor(createTempoMap(score).ticksAt(start.seconds + seconds));
  }
  if (bars !== undefined && stopEvent?.type === 'bar') {
    const skipped = stopEvent.bar - (start.bar + 1 + bars);
    if (skipped >= 0) endTick = Math.min(endTick, stopEvent.startTicks - skipped * barTicks(score));
  }
  return endTick === Infinity ? score : cutScore(score, Math.max(1, endTick));
}

/** The length of a bar at the end of a score. */
function barTicks({ timeSignatures, ticksPerQuarter }: Score): number {
  const { numerator, denominator } = timeSignatures.at(-1) ?? { numerator: 4, denominator: 4 };
  return (ticksPerQuarter * 4 * numerator) / denominator;
}

function isNote(event: DecodedEvent): event is NoteEvent {
  return event.type === 'note';
}
