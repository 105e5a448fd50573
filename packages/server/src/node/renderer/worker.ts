// Entry point of a thread that renders, with the functions that render where they are called.
import type { MessagePort } from 'node:worker_threads';
import { OstinatoError, restoreTokenizer, type Tokenizer } from '@ostinato/core';
import workerpool from 'workerpool';
import { inlineRenderer, type Sound } from '../../rendering/renderer.js';
import type { Calls, Outcome, SentTokenizer, SoundMessage } from './protocol.js';

/** Listeners are dropped when they were called. */
let isListening = false;
const tokenizers = new Map<string, Tokenizer>();

type Methods = { [Name in keyof Calls]: (...parameters: Calls[Name]) => Promise<unknown> };

const methods: Methods = {
  readMidi: (...parameters) => outcomeOf(inlineRenderer.readMidi(...parameters)),
  encode: (tokenizer, score, labels) =>
    outcomeOf(inlineRenderer.encode(restored(tokenizer), score, labels)),
  midi: (score) => outcomeOf(inlineRenderer.midi(score)),
  svg: (score) => outcomeOf(inlineRenderer.svg(score)),
  wav: async (score, port) => {
    const sound = await inlineRenderer.wav(score);
    sendSound(sound, port);
    return { value: sound.bytes };
  },
};

workerpool.worker(
  Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, outlivesAborts(method as Method)]),
  ),
);

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** Without a listener, workerpool ends the thread of a task that was aborted, whose sounds would end with it. A thread that
 *  is busy for long hears nothing and is ended all the same. */
function outlivesAborts(method: Method): Method {
  return function (
    this: { worker: { addAbortListener(listener: () => Promise<void>): void } },
    ...parameters
  ) {
    if (!isListening) this.worker.addAbortListener(async () => void (isListening = false));
    isListening = true;
    return method(...parameters);
  };
}

async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (!(error instanceof OstinatoError)) throw error;
    const { name, code, message } = error;
    return { error: { name, code, message } };
  }
}

function restored(sent: SentTokenizer): Tokenizer {
  const known = tokenizers.get(sent.hash) ?? restoreTokenizer(sent);
  tokenizers.set(sent.hash, known);
  return known;
}

/** Blocks as they are asked for, until the end or until nobody wants more. Other work is done in between. */
function sendSound({ stream }: Sound, port: MessagePort): void {
  const reader = stream.getReader();
  const send = (message: SoundMessage): void => port.postMessage(message);
  const sendNext = async (): Promise<void> => {
    const { value: block, done } = await reader.read();
    if (!done) return send({ kind: 'block', block });
    send({ kind: 'end' });
    port.close();
  };
  port.on('message', () => {
    sendNext().catch(() => {
      send({ kind: 'failed' });
      port.close();
    });
  });
  port.on('close', () => void reader.cancel().catch(() => {}));
}
