// <ostinato-player>: any MIDI file, seen and heard.
import type { MidiReadResult, Score } from '@ostinato/core';
import { html, isServer, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { emit } from './events.js';
import { PlaybackElement } from './playback-element.js';
import { fetchMidi, readMidiFile } from './files/read-file.js';
import type { StatusInput } from './ui/status.js';

/** Plays a MIDI file and shows it as a piano roll. A file can also be dropped on it.
 *
 *  @tag ostinato-player
 *  @attr {string} src - address of a MIDI file
 *  @attr {boolean} autoplay - plays as soon as it can; a browser may want a click first
 *  @attr {boolean} loop - the end is followed by the beginning
 *  @attr {number} volume - 0..1
 *  @attr {boolean} muted
 *  @attr {boolean} disabled - nothing can be operated
 *  @attr {string} soundfont - address of a SoundFont (.sf2, .sf3)
 *  @attr {string} label - name for screen readers
 *  @fires ostinato-statechange
 *  @fires ostinato-timeupdate
 *  @fires ostinato-seek
 *  @fires ostinato-volumechange
 *  @fires ostinato-load
 *  @fires ostinato-error */
export class OstinatoPlayerElement extends PlaybackElement {
  static override properties = {
    ...PlaybackElement.properties,
    src: { type: String, reflect: true },
    score: { attribute: false, noAccessor: true },
  };

  /** Address of a MIDI file. */
  declare src: string;
  #score: Score | undefined;
  #name = '';

  constructor() {
    super();
    this.src = '';
  }

  /** The piece. Setting it takes the place of `src`. */
  get score(): Score | undefined {
    return this.#score;
  }

  set score(score: Score | undefined) {
    this.work.abort(); // a file that is still coming
    this.#show(score, []);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has('src') && this.src && !isServer) void this.#loadSource(this.src);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // After `dispose` the piece is to be loaded again.
    if (this.hasUpdated && this.playback.timeline.size === 0) this.#restore();
  }

  protected override async openFile(file: File): Promise<void> {
    this.work.abort();
    this.#accept(await readMidiFile(file), file.name);
    await this.play().catch(() => {}); // it is shown
  }

  protected override status(): StatusInput {
    return {
      state: this.state,
      composing: false,
      position: this.shownPosition,
      duration: this.duration,
      loadingWhat: this.playback.timeline.size > 0 ? 'the sound' : 'the piece',
    };
  }

  protected override span(): { from: number; to: number; isOpen: boolean } {
    return { from: 0, to: this.duration, isOpen: false };
  }

  protected override canPlay(): boolean {
    return this.playback.timeline.size > 0;
  }

  protected override render(): TemplateResult {
    return this.renderCard(this.#name || 'Music player', { hint: this.#renderHint() });
  }

  #renderHint(): TemplateResult | typeof nothing {
    if (this.playback.timeline.size > 0 || this.state === 'loading') return nothing;
    return html`<div class="hint">
      <strong>Drop a MIDI file here</strong>
      ${this.intake.renderButton('Choose a file')}
    </div>`;
  }

  async #loadSource(src: string): Promise<void> {
    this.work.abort();
    const { signal } = (this.work = new AbortController());
    this.error = '';
    this.playback.transport.stop();
    this.playback.timeline.clear();
    this.panel?.reset();
    this.setState('loading');
    try {
      const url = new URL(src, this.baseURI).href;
      const result = await fetchMidi(url, signal);
      signal.throwIfAborted();
      this.#accept(result, decodeURIComponent(url.split(/[/?#]/).at(-1) ?? ''));
      if (this.autoplay) await this.play().catch(() => {});
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  #accept({ score, warnings }: MidiReadResult, fileName: string): void {
    this.#name = score.name || fileName;
    this.error = '';
    this.#show(score, warnings);
  }

  #show(score: Score | undefined, warnings: MidiReadResult['warnings']): void {
    this.#score = score;
    this.playback.transport.stop();
    if (score) this.playback.load(score);
    else this.playback.timeline.clear();
    this.panel?.reset();
    this.shownPosition = 0;
    this.setState('stopped');
    this.requestUpdate('score');
    if (score) emit(this, 'ostinato-load', { score, warnings });
  }

  #restore(): void {
    if (this.#score) this.#show(this.#score, []);
    else if (this.src) void this.#loadSource(this.src);
  }
}
