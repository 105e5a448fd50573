// Requests of every kind, with what a client would count each as.
import { writeMidi } from '@ostinato/core';
import { COMPOSE, composeNotes, request } from './http-client.js';
import { listen } from './stream-listener.js';

export type Fate = 'ok' | 'failed' | 'refused' | 'cancelled';

/** Sends one. @param index decides its kind and its seed */
export type Sender = (url: string, index: number) => Promise<Fate>;

/** A piece to continue and to measure. */
const MIDI = writeMidi({
  ticksPerQuarter: 480,
  name: '',
  tempos: [{ tick: 0, microsecondsPerQuarter: 500_000 }],
  timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }],
  keySignatures: [],
  tracks: [
    {
      name: '',
      channel: 0,
      program: 0,
      notes: [60, 62, 64, 65, 67, 69, 71, 72].map((pitch, i) => ({
        pitch,
        startTicks: 480 * i,
        durationTicks: 480,
        velocity: 80,
      })),
    },
  ],
});

/** In turn; a request that is meant to be refused as wrong counts as failed. */
const KINDS: readonly Sender[] = [
  (url, seed) => fateOf(composeNotes(url, { seed, notes: 20 })),
  (url, seed) => fateOf(request(url + COMPOSE, { json: { seed, bars: 2 } })),
  (url) => fateOf(request(`${url}/v1/models`)),
  (url, seed) => whole(url, `notes=20&seed=${seed}`),
  (url, seed) => leaving(url, `pace=realtime&seconds=60&seed=${seed}`),
  (url, seed) => givingUp(url, { seed, seconds: 60 }),
  (url) => fateOf(postMidi(`${url}/v1/models/musicnet/evaluate`)),
  (url, seed) => fateOf(postMidi(`${url}/v1/models/musicnet/continue?notes=10&seed=${seed}`)),
  (url) => fateOf(composeNotes(url, { seconds: -1 })),
  (url) => fateOf(request(`${url}/v1/models/another`)),
];

export const sendMixed: Sender = (url, index) => KINDS[index % KINDS.length](url, index);

function postMidi(url: string): ReturnType<typeof request> {
  return request(url, { bytes: MIDI, headers: { 'content-type': 'audio/midi' } });
}

async function fateOf(answer: ReturnType<typeof request>): Promise<Fate> {
  const { status } = await answer;
  if (status === 503 || status === 429) return 'refused';
  return status < 400 ? 'ok' : 'failed';
}

/** A stream that is heard to its end. */
async function whole(url: string, query: string): Promise<Fate> {
  const { closed, figures } = listen(url, query);
  await closed;
  const { status, hasEnded } = figures();
  if (status === 503) return 'refused';
  return status === 200 && hasEnded ? 'ok' : 'failed';
}

/** A stream whose listener leaves with the first note. */
async function leaving(url: string, query: string): Promise<Fate> {
  const { started, closed, leave, figures } = listen(url, query);
  await started;
  leave();
  await closed;
  const { status } = figures();
  if (status === 503) return 'refused';
  return status === 200 ? 'cancelled' : 'failed';
}

/** A composition whose client does not wait for it. */
async function givingUp(url: string, json: object): Promise<Fate> {
  const signal = AbortSignal.timeout(30);
  return composeNotes(url, json, { signal }).then(
    ({ status }) => (status === 503 ? 'refused' : 'ok'),
    () => 'cancelled',
  );
}
