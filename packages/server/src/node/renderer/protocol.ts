// What goes between the thread that answers and those that render. Plain data, carried by Node's structured clone.
import type { MessagePort } from 'node:worker_threads';
import type { Labels, MidiLimits, Score, Tokenizer } from '@ostinato/core';

/** What of a tokenizer can be sent. */
export type SentTokenizer = Pick<Tokenizer, 'config' | 'hash'>;

/** Parameters of the methods of a thread. */
export interface Calls {
  readMidi: [bytes: Uint8Array, limits: Partial<MidiLimits>];
  encode: [tokenizer: SentTokenizer, score: Score, labels: Labels];
  midi: [score: Score];
  svg: [score: Score];
  /** Gives the length; the sound goes through the port, a block for each `next`. */
  wav: [score: Score, port: MessagePort];
}

/** What a method gives: an error of core loses its class on the way, so it is sent as data. */
export type Outcome<T> =
  | { readonly value: T }
  | { readonly error: { readonly name: string; readonly code: string; readonly message: string } };

/** Through the port of a sound. */
export type SoundMessage =
  | { readonly kind: 'next' }
  | { readonly kind: 'block'; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed' };
