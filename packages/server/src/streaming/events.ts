// Events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html).
import { type Instrument, instrumentSlug, type NoteEvent } from '@ostinato/core';
import type { z } from '@hono/zod-openapi';
import { type ProblemError, problemDocument } from '../problem/problem.js';
import type {
  streamEndSchema,
  streamNoteSchema,
  streamStartSchema,
} from '../schemas/stream-schemas.js';

/** Says that the connection is alive. */
export const HEARTBEAT = ':\n\n';

/** How long clients wait before they connect again, in milliseconds. */
const RETRY_MS = 1000;

export interface EventWriter {
  /** The first event. */
  start(facts: z.infer<typeof streamStartSchema>): string;
  /** What stands where a start would, for a client that has it already. */
  again(): string;
  /** @param count how many notes there are with this one */
  note(note: NoteEvent, count: number): string;
  end(facts: z.infer<typeof streamEndSchema>): string;
  /** Has no id: what comes after it can still be asked for. */
  error(problem: ProblemError): string;
}

/** @param suffix what follows the position in every id
 *  @param instruments those that can play
 *  @param requestId for problems */
export function createEventWriter(
  suffix: string,
  instruments: readonly Instrument[],
  requestId: string | undefined,
): EventWriter {
  const slugs = new Map(instruments.map((instrument) => [instrument, instrumentSlug(instrument)]));
  const retry = `retry: ${RETRY_MS}\n`;
  return {
    start: (facts) => `${retry}${eventText('start', facts, `0${suffix}`)}`,
    again: () => `${retry}\n`,
    note(note, count) {
      const facts: z.infer<typeof streamNoteSchema> = {
        instrument: slugs.get(note.instrument)!,
        pitch: note.pitch,
        velocity: note.velocity,
        startSeconds: note.startSeconds,
        durationSeconds: note.durationSeconds,
        startTicks: note.startTicks,
        durationTicks: note.durationTicks,
        bar: note.bar,
      };
      return eventText('note', facts, `${count}${suffix}`);
    },
    end: (facts) => eventText('end', facts, `end${suffix}`),
    error: (problem) =>
      eventText('error', problemDocument(problem.code, problem.message, requestId)),
  };
}

/** JSON has no line breaks of its own, so the data is one line. */
function eventText(name: string, data: object, id?: string): string {
  const line = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${name}\n${line}data: ${JSON.stringify(data)}\n\n`;
}
