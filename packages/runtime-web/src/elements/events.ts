// What the elements tell: every event is a CustomEvent that bubbles out of shadow trees.
import type { MidiWarning, NoteEvent, Score } from '@ostinato/core';
import type { ComposeSettings } from './compose/settings.js';
import type { TransportState } from './playback/transport.js';

/** What an element does: a transport's state, or `loading` (a file, a model or a sound), or `error`. */
export type ElementState = TransportState | 'loading' | 'error';

export interface OstinatoEventMap {
  /** The element does something else now. */
  'ostinato-statechange': CustomEvent<{ state: ElementState; previous: ElementState }>;
  /** The music has moved on; some four times a second while it plays. Seconds. */
  'ostinato-timeupdate': CustomEvent<{ position: number; duration: number }>;
  /** Somebody went to another place. */
  'ostinato-seek': CustomEvent<{ position: number }>;
  /** The volume (0..1) or the muting has changed. */
  'ostinato-volumechange': CustomEvent<{ volume: number; muted: boolean }>;
  /** A player has a piece. */
  'ostinato-load': CustomEvent<{ score: Score; warnings: readonly MidiWarning[] }>;
  /** Something long goes on: bytes of a model, or the share of a WAV file (of 1). */
  'ostinato-progress': CustomEvent<{ phase: 'model' | 'wav'; loaded: number; total: number }>;
  /** A composition begins. */
  'ostinato-compose': CustomEvent<{ settings: ComposeSettings }>;
  /** A note has been composed. It may be heard much later. */
  'ostinato-note': CustomEvent<{ note: NoteEvent }>;
  /** A composition is whole. */
  'ostinato-composed': CustomEvent<{ score: Score; settings: ComposeSettings }>;
  /** A person has changed a setting of a composer. */
  'ostinato-settingschange': CustomEvent<{ settings: ComposeSettings }>;
  /** A link to the composition has been made, and put on the clipboard where that is allowed. */
  'ostinato-share': CustomEvent<{ url: string; copied: boolean }>;
  /** A file is handed over. Cancelling keeps the browser from saving it. */
  'ostinato-download': CustomEvent<{ file: Blob; name: string }>;
  /** Something failed; the element shows the message too. */
  'ostinato-error': CustomEvent<{ error: unknown; message: string }>;
}

type Detail<Name extends keyof OstinatoEventMap> = OstinatoEventMap[Name]['detail'];

/** Sends an event.
 *  @returns false if it was cancelled */
export function emit<Name extends keyof OstinatoEventMap>(
  target: EventTarget,
  name: Name,
  detail: Detail<Name>,
): boolean {
  const cancelable = name === 'ostinato-download';
  return target.dispatchEvent(
    new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }),
  );
}

declare global {
  interface HTMLElementEventMap extends OstinatoEventMap {}
}
