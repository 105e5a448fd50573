// Keys to play on: with the mouse, with fingers, with a computer's keyboard or one that is plugged in. What is played is
// heard at once and collected, and becomes the beginning of a composition.
import type { Score } from '@ostinato/core';
import {
  html,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { isBlackKey } from '../../piano-roll/roll-layout.js';
import { KEY_COUNT, letterOfKey, pitchOfCode, shiftOctave } from './computer-keyboard.js';
import { listenToMidi } from './midi-input.js';
import { NoteRecorder, quantise } from './recorder.js';

export interface KeyPanelOptions {
  /** Plays a note until what is returned is called. */
  sound(pitch: number, velocity: number): () => void;
  /** Makes the sound ready, in the handler of the gesture. */
  prepare(): Promise<void>;
  /** Something was played, or thrown away. */
  onChange(): void;
  onError(error: unknown): void;
}

const KEY_VELOCITY = 88;
const MIDDLE_C = 60;

export class KeyPanel implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #options: KeyPanelOptions;
  readonly #recorder = new NoteRecorder();
  readonly #sounding = new Map<number, () => void>();
  #base = MIDDLE_C;
  #pointerPitch: number | undefined;
  #midi: { names: string[]; listening: AbortController } | undefined;

  constructor(host: ReactiveControllerHost, options: KeyPanelOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** How many notes have been played. */
  get size(): number {
    return this.#recorder.size;
  }

  /** What has been played, in words; empty if nothing was. */
  get summary(): string {
    if (this.size === 0) return '';
    return `${this.size} note${this.size === 1 ? '' : 's'} played`;
  }

  /** The pitches that are held down. */
  get held(): ReadonlySet<number> {
    return new Set(this.#sounding.keys());
  }

  /** What was played, on a grid; undefined if nothing was. */
  toScore(): Score | undefined {
    const notes = this.#recorder.finish(now());
    return notes.length > 0 ? quantise(notes) : undefined;
  }

  clear(): void {
    this.#recorder.clear();
    this.#changed();
  }

  hostConnected(): void {}

  hostDisconnected(): void {
    this.#midi?.listening.abort();
    this.#midi = undefined;
    for (const release of this.#sounding.values()) release();
    this.#sounding.clear();
  }

  render(disabled: boolean): TemplateResult {
    const keys = Array.from({ length: KEY_COUNT }, (_, i) => i);
    const whites = keys.filter((key) => !isBlackKey(this.#base + key));
    const midi = this.#midi?.names.join(', ');
    return html`<div
        class="piano"
        part="piano"
        role="application"
        tabindex=${disabled ? -1 : 0}
        aria-label="Piano keys: play with A to ; and the row above; Z and X shift the octave"
        @keydown=${this.#onKeyDown}
        @keyup=${this.#onKeyUp}
        @blur=${this.#releaseAll}
        @pointerdown=${this.#onPointer}
        @pointermove=${this.#onPointer}
        @pointerup=${this.#onPointerEnd}
        @pointercancel=${this.#onPointerEnd}
      >
        ${whites.map((key) => this.#renderKey(key))}
      </div>
      <div class="primer">
        <span class="name">
          ${this.summary || 'Play something, then press Play to hear it go on.'}
        </span>
        ${
          this.size > 0
            ? html`<button class="outlined" ?disabled=${disabled} @click=${() => this.clear()}>
                Start over
              </button>`
            : ''
        }
        <button class="outlined" ?disabled=${disabled} @click=${this.#connectMidi}>
          ${this.#midi ? midi || 'No MIDI keyboard found' : 'Use a MIDI keyboard'}
        </button>
      </div>`;
  }

  #renderKey(key: number): TemplateResult {
    const pitch = this.#base + key;
    const down = (each: number): string => (this.#sounding.has(each) ? ' down' : '');
    const hasBlack = isBlackKey(pitch + 1) && key + 1 < KEY_COUNT;
    return html`<div class="key${down(pitch)}" data-pitch=${pitch}>
      ${letterOfKey(key)}
      ${
        hasBlack
          ? html`<div class="black${down(pitch + 1)}" data-pitch=${pitch + 1}>
              ${letterOfKey(key + 1)}
            </div>`
          : ''
      }
    </div>`;
  }

  press(pitch: number, velocity: number): void {
    if (this.#sounding.has(pitch)) return;
    this.#recorder.press(pitch, velocity, now());
    this.#sounding.set(pitch, this.#options.sound(pitch, velocity));
    this.#changed();
  }

  release(pitch: number): void {
    this.#recorder.release(pitch, now());
    this.#sounding.get(pitch)?.();
    if (this.#sounding.delete(pitch)) this.#changed();
  }

  #changed(): void {
    this.#host.requestUpdate();
    this.#options.onChange();
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const base = shiftOctave(this.#base, event.code);
    const pitch = pitchOfCode(event.code, this.#base);
    if (base === this.#base && pitch === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // letters are keys here, not commands
    if (event.repeat) return;
    if (base !== this.#base) {
      this.#releaseAll();
      this.#base = base;
      this.#host.requestUpdate();
    } else if (pitch !== undefined) {
      this.#prepare();
      this.press(pitch, KEY_VELOCITY);
    }
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    const pitch = pitchOfCode(event.code, this.#base);
    if (pitch !== undefined) this.release(pitch);
  };

  /** A finger or a pressed mouse that glides over the keys plays them. */
  readonly #onPointer = (event: PointerEvent): void => {
    const panel = event.currentTarget as HTMLElement;
    if (panel.tabIndex < 0 || (event.type === 'pointermove' && event.buttons === 0)) return;
    if (event.type === 'pointerdown') {
      this.#prepare();
      panel.setPointerCapture(event.pointerId);
    }
    const root = panel.getRootNode() as ShadowRoot;
    const key = root.elementFromPoint(event.clientX, event.clientY)?.closest('[data-pitch]');
    const pitch = key ? Number((key as HTMLElement).dataset['pitch']) : undefined;
    if (pitch === this.#pointerPitch) return;
    if (this.#pointerPitch !== undefined) this.release(this.#pointerPitch);
    this.#pointerPitch = pitch;
    if (pitch !== undefined) this.press(pitch, KEY_VELOCITY);
  };

  readonly #onPointerEnd = (): void => {
    if (this.#pointerPitch !== undefined) this.release(this.#pointerPitch);
    this.#pointerPitch = undefined;
  };

  readonly #releaseAll = (): void => {
    for (const pitch of this.held) this.release(pitch);
  };

  readonly #prepare = (): void => {
    this.#options.prepare().catch(this.#options.onError);
  };

  readonly #connectMidi = async (): Promise<void> => {
    this.#prepare();
    this.#midi?.listening.abort();
    const listening = new AbortController();
    try {
      const names = await listenToMidi(
        {
          press: (pitch, velocity) => this.press(pitch, velocity),
          release: (pitch) => this.release(pitch),
          onDevices: (found) => {
            if (this.#midi) this.#midi.names = found;
            this.#host.requestUpdate();
          },
        },
        listening.signal,
      );
      this.#midi = { names, listening };
      this.#host.requestUpdate();
    } catch (error) {
      this.#options.onError(error);
    }
  };
}

function now(): number {
  return performance.now() / 1000;
}
