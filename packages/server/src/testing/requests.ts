// Requests and pieces for tests of the app.
import { type Score, writeMidi } from '@ostinato/core';

interface TestApp {
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

/** Posts JSON, or text as it is. */
export async function postJson(
  app: TestApp,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Posts the bytes of a file. */
export async function postFile(
  app: TestApp,
  path: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'audio/midi', ...headers },
    body: new Uint8Array(bytes),
  });
}

/** Quarters of a piano, and a drum that the bundled model does not know. */
export function smallScore({ drums = 0 } = {}): Score {
  const quarters = (pitches: readonly number[]) =>
    pitches.map((pitch, index) => ({
      pitch,
      startTicks: index * 480,
      durationTicks: 480,
      velocity: 80,
    }));
  return {
    ticksPerQuarter: 480,
    name: 'small',
    tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
    timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
    keySignatures: [],
    tracks: [
      { name: '', channel: 0, program: 0, notes: quarters([60, 62, 64, 65, 67]) },
      {
        name: '',
        channel: 9,
        program: 0,
        notes: quarters(Array.from({ length: drums }, () => 36)),
      },
    ].filter(({ notes }) => notes.length > 0),
  };
}

export const smallMidi = (options?: { drums?: number }): Uint8Array =>
  writeMidi(smallScore(options));
