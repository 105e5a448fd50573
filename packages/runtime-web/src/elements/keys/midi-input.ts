// Keys of MIDI keyboards that are plugged in, through Web MIDI.
import { OstinatoError } from '@ostinato/core';

export interface MidiInputListener {
  press(pitch: number, velocity: number): void;
  release(pitch: number): void;
  /** Keyboards were plugged in or out; their names. */
  onDevices?(names: string[]): void;
}

const NOTE_OFF = 0x8;
const NOTE_ON = 0x9;

/** Listens to every MIDI keyboard, also to one that is plugged in later.
 *  @param signal ends the listening
 *  @returns the names of the keyboards that are there
 *  @throws {OstinatoError} `midi-missing` if the browser has no Web MIDI, `midi-refused` if it may not be used */
export async function listenToMidi(
  listener: MidiInputListener,
  signal: AbortSignal,
): Promise<string[]> {
  if (typeof navigator.requestMIDIAccess !== 'function') {
    throw new OstinatoError(
      'midi-missing',
      'This browser cannot reach MIDI keyboards; use the keys A to ; or another browser.',
    );
  }
  const access = await requestAccess();
  /** The keys that are down, by port: a keyboard that is plugged out releases none. */
  const held = new Map<string, Set<number>>();
  const onMessage = ({ data, target }: MIDIMessageEvent): void => {
    const keys = held.get((target as MIDIInput).id);
    if (!data || !keys) return;
    receive(data, {
      press(pitch, velocity) {
        keys.add(pitch);
        listener.press(pitch, velocity);
      },
      release(pitch) {
        keys.delete(pitch);
        listener.release(pitch);
      },
    });
  };
  const connect = (): string[] => {
    const inputs = [...access.inputs.values()].filter(({ state }) => state === 'connected');
    for (const [id, keys] of held) {
      if (inputs.some((input) => input.id === id)) continue;
      for (const pitch of keys) listener.release(pitch);
      held.delete(id);
    }
    for (const input of inputs) {
      if (!held.has(input.id)) held.set(input.id, new Set());
      input.addEventListener('midimessage', onMessage, { signal });
    }
    return inputs.map(({ name }) => name ?? 'MIDI keyboard');
  };
  const onStateChange = (): void => {
    const names = connect();
    listener.onDevices?.(names);
  };
  access.addEventListener('statechange', onStateChange, { signal });
  return connect();
}

async function requestAccess(): Promise<MIDIAccess> {
  try {
    return await navigator.requestMIDIAccess();
  } catch (cause) {
    throw new OstinatoError(
      'midi-refused',
      'The browser did not allow MIDI keyboards; allow them beside the address bar and try again.',
      { cause },
    );
  }
}

/** Reads one message: notes on any channel. A note-on without velocity is a note-off. */
export function receive(data: Uint8Array, listener: MidiInputListener): void {
  const [status, pitch, velocity] = data;
  const kind = status >> 4;
  if (kind === NOTE_ON && velocity > 0) listener.press(pitch, velocity);
  else if (kind === NOTE_ON || kind === NOTE_OFF) listener.release(pitch);
}
