// A composition as JSON.
import { z } from '@hono/zod-openapi';
import {
  type Composition,
  countNotes,
  createTempoMap,
  type GridLoss,
  type Instrument,
  instrumentSlug,
  PERCUSSION_CHANNEL,
  type Score,
  scoreDurationSeconds,
  summariseGridLoss,
} from '@ostinato/core';

export const noteSchema = z
  .object({
    instrument: z.string().meta({ description: 'As the model lists them' }),
    pitch: z.int().meta({ description: 'MIDI pitch, 0..127; of percussion: the key' }),
    velocity: z.int().meta({ description: '1..127' }),
    startSeconds: z.number(),
    durationSeconds: z.number(),
    startTicks: z.int(),
    durationTicks: z.int(),
  })
  .openapi('Note');

/** What of a given piece the model could not say as it was. */
export const gridLossSchema = z
  .object({
    notes: z.int().meta({ description: 'Notes that were read' }),
    notesDropped: z.int().meta({ description: 'Left out: the model cannot say them' }),
    pitchesMoved: z.int().meta({ description: 'Moved by octaves into the range of the model' }),
    instrumentsMapped: z.int().meta({ description: 'Given to another instrument' }),
    durationsCut: z.int().meta({ description: 'Shortened to the longest length' }),
    onsetsOffGridPercent: z.number().meta({ description: 'Notes that did not begin on the grid' }),
    displacementMilliseconds: z
      .object({ mean: z.number(), p95: z.number(), max: z.number() })
      .meta({ description: 'How far onsets moved' }),
    tempoErrorPercent: z.number().meta({ description: 'Mean error of the tempo, over time' }),
  })
  .openapi('GridLoss');

export const compositionSchema = z
  .object({
    name: z.string(),
    model: z.string(),
    seed: z.union([z.int(), z.string()]).meta({ description: 'Gives the same piece again' }),
    stoppedBy: z.enum(['end', 'bars', 'seconds', 'notes', 'tokens']).meta({
      description: 'Why the piece ends: the model ended it, or the first limit that was reached',
    }),
    seconds: z.number().meta({ description: 'Until the last note ends' }),
    noteCount: z.int(),
    tokenCount: z.int().meta({ description: 'Tokens that were drawn' }),
    givenTokenCount: z
      .int()
      .meta({ description: 'Tokens that were given: the head, or the primer' }),
    ticksPerQuarter: z.int(),
    tempos: z.array(z.object({ tick: z.int(), beatsPerMinute: z.number() })),
    timeSignatures: z.array(z.object({ tick: z.int(), numerator: z.int(), denominator: z.int() })),
    notes: z.array(noteSchema).meta({ description: 'In the order of their onsets' }),
    primerLoss: gridLossSchema.optional().meta({ description: 'Where a primer was given' }),
  })
  .openapi('Composition');

/** Letters: T tokens. */
export function describeComposition(
  model: string,
  seed: number | string,
  { score, tokens, givenTokens, stoppedBy }: Composition,
  primerLoss: GridLoss | undefined,
): z.infer<typeof compositionSchema> {
  return {
    name: score.name,
    model,
    seed,
    stoppedBy,
    seconds: scoreDurationSeconds(score),
    noteCount: countNotes(score),
    tokenCount: tokens.length - givenTokens,
    givenTokenCount: givenTokens,
    ticksPerQuarter: score.ticksPerQuarter,
    tempos: score.tempos.map(({ tick, microsecondsPerQuarter }) => ({
      tick,
      beatsPerMinute: 60e6 / microsecondsPerQuarter,
    })),
    timeSignatures: score.timeSignatures,
    notes: describeNotes(score),
    ...(primerLoss && { primerLoss: describeLoss(primerLoss) }),
  };
}

function describeNotes(score: Score): z.infer<typeof noteSchema>[] {
  const { secondsAt } = createTempoMap(score);
  return score.tracks
    .flatMap(({ channel, program, notes }) => {
      const instrument: Instrument = channel === PERCUSSION_CHANNEL ? 'percussion' : program;
      const slug = instrumentSlug(instrument);
      return notes.map(({ pitch, velocity, startTicks, durationTicks }) => {
        const startSeconds = secondsAt(startTicks);
        return {
          instrument: slug,
          pitch,
          velocity,
          startSeconds,
          durationSeconds: secondsAt(startTicks + durationTicks) - startSeconds,
          startTicks,
          durationTicks,
        };
      });
    })
    .sort((a, b) => a.startTicks - b.startTicks);
}

export function describeLoss(loss: GridLoss): z.infer<typeof gridLossSchema> {
  const { notesDropped, pitchesMoved, instrumentsMapped, durationsCut } = loss;
  const { notes, onsetsOffGridPercent, displacementMilliseconds, tempoErrorPercent } =
    summariseGridLoss(loss);
  return {
    notes,
    notesDropped,
    pitchesMoved,
    instrumentsMapped,
    durationsCut,
    onsetsOffGridPercent,
    displacementMilliseconds,
    tempoErrorPercent,
  };
}
