// What player and composer have in common: a piano roll with controls, their keys, their states and their end.
import { instrumentName } from '@ostinato/core';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { THEME_PROBES } from '../piano-roll/roll-theme.js';
import { type ElementState, emit } from './events.js';
import { Playback } from './playback/playback.js';
import type { TransportState } from './playback/transport.js';
import { baseStyles } from './ui/base-styles.js';
import { ICONS } from './ui/icons.js';
import { inputStyles } from './ui/input-styles.js';
import { playbackStyles } from './ui/playback-styles.js';
import { RollPanel } from './ui/roll-panel.js';
import { announcement, badgeText, spokenTime, type StatusInput, timeText } from './ui/status.js';

const TIME_UPDATE_SECONDS = 0.25;
const SKIP_SECONDS = 5;

/** @cssproperty [--ostinato-accent] colour of the main button, of what is chosen and of the playhead
 *  @cssproperty [--ostinato-on-accent] colour on the accent
 *  @cssproperty [--ostinato-surface] background of the card
 *  @cssproperty [--ostinato-raised] background of the seek bar and of panels
 *  @cssproperty [--ostinato-text] colour of text
 *  @cssproperty [--ostinato-muted] colour of what is less important
 *  @cssproperty [--ostinato-border] colour of lines
 *  @cssproperty [--ostinato-control-border] colour of the outlines of controls
 *  @cssproperty [--ostinato-error] colour of messages about what failed
 *  @cssproperty [--ostinato-radius=14px] corners of the card
 *  @cssproperty [--ostinato-font] type
 *  @cssproperty [--ostinato-roll] background of the piano roll
 *  @cssproperty [--ostinato-roll-black-rows] its rows of black keys
 *  @cssproperty [--ostinato-roll-lines] its lines in time
 *  @cssproperty [--ostinato-roll-height=260px] its height
 *  @cssproperty [--ostinato-note-1] colour of the first instrument; up to --ostinato-note-7
 *  @csspart card everything
 *  @csspart roll the canvas of the piano roll
 *  @csspart seek the slider over the whole piece
 *  @csspart controls the row of buttons
 *  @csspart play the main button
 *  @csspart legend the instruments and their colours
 *  @csspart error the message about what failed */
export abstract class PlaybackElement extends LitElement {
  static override shadowRootOptions: ShadowRootInit = {
    ...LitElement.shadowRootOptions,
    delegatesFocus: true,
  };

  static override styles = [baseStyles, inputStyles, playbackStyles];

  static override properties = {
    disabled: { type: Boolean, reflect: true },
    loop: { type: Boolean, reflect: true },
    autoplay: { type: Boolean, reflect: true },
    muted: { type: Boolean, reflect: true },
    volume: { type: Number, reflect: true },
    soundfont: { type: String, reflect: true },
    state: { type: String, reflect: true },
    label: { type: String, reflect: true },
    error: { state: true },
    dragging: { state: true },
    shownPosition: { state: true },
    progress: { state: true },
  };

  /** Nothing can be operated. */
  declare disabled: boolean;
  /** The end is followed by the beginning. */
  declare loop: boolean;
  /** Plays as soon as it can; a browser may want a click first, then it waits for Play. */
  declare autoplay: boolean;
  declare muted: boolean;
  /** 0..1 */
  declare volume: number;
  /** Address of a SoundFont (.sf2, .sf3) that takes the place of the built-in sounds; it is loaded with the first note. */
  declare soundfont: string;
  /** What the element does. @readonly */
  declare state: ElementState;
  /** Its name for screen readers. */
  declare label: string;
  declare protected error: string;
  declare protected dragging: boolean;
  declare protected shownPosition: number;
  declare protected progress: { loaded: number; total: number } | undefined;

  protected playback = this.#createPlayback();
  protected panel: RollPanel | undefined;
  /** What is at work now ends with it: when another thing begins, and when the element goes. */
  protected work = new AbortController();

  constructor() {
    super();
    this.disabled = this.loop = this.autoplay = this.muted = this.dragging = false;
    this.volume = 0.8;
    this.soundfont = this.label = this.error = '';
    this.state = 'stopped';
    this.shownPosition = 0;
    this.progress = undefined;
  }

  /** Where the music is, in seconds. */
  get position(): number {
    return this.playback.transport.position;
  }

  /** Length of the piece in seconds, as far as it is known. */
  get duration(): number {
    return this.playback.timeline.end;
  }

  /** Plays on, or from the start.
   *  @throws {AudioError} if the browser does not allow sound yet; {SoundFontError} */
  async play(): Promise<void> {
    this.error = '';
    if (this.soundfont) this.setState('loading');
    try {
      await this.playback.play(this.soundfont);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  pause(): void {
    this.playback.transport.pause();
  }

  /** Stops; the music stands at its start. */
  stop(): void {
    this.playback.transport.stop();
    this.#update();
  }

  /** Goes to a place, in seconds. */
  seek(seconds: number): void {
    this.playback.transport.seek(seconds);
    this.#update();
    emit(this, 'ostinato-seek', { position: this.position });
  }

  /** Frees the sound and all else that is held, as removing the element does. The element can be used again. */
  dispose(): void {
    this.work.abort();
    this.playback.dispose();
    this.playback = this.#createPlayback();
    this.applySound();
    this.setState('stopped');
    this.panel?.reset();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#openPanel();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is only moved is connected again in the same task, and plays on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.panel?.dispose();
      this.panel = undefined;
      this.dispose();
    });
  }

  /** What a status line needs; the parts add what they know. */
  protected abstract status(): StatusInput;
  /** The seconds of the seek bar; an open end has no length. */
  protected abstract span(): { from: number; to: number; isOpen: boolean };
  protected abstract stageHint(): TemplateResult | typeof nothing;
  protected abstract openFile(file: File): Promise<void>;

  protected heldPitches(): ReadonlySet<number> {
    return new Set();
  }

  protected onTransport(state: TransportState): void {
    this.setState(state);
  }

  protected setState(state: ElementState): void {
    const previous = this.state;
    if (state === previous) return;
    this.state = state;
    this.#update();
    emit(this, 'ostinato-statechange', { state, previous });
  }

  /** Shows an error and tells of it. Aborting is none. */
  protected fail(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    this.error = error instanceof Error ? error.message : String(error);
    this.progress = undefined;
    this.setState('error');
    emit(this, 'ostinato-error', { error, message: this.error });
  }

  protected applySound(): void {
    this.playback.volume = this.muted ? 0 : Math.min(1, Math.max(0, this.volume));
    this.playback.transport.loop = this.loop;
  }

  protected override firstUpdated(): void {
    this.#openPanel();
    this.addEventListener('keydown', this.#onKey);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('volume') || changed.has('muted') || changed.has('loop')) this.applySound();
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.panel?.draw();
    if (this.hasUpdated && (changed.has('volume') || changed.has('muted'))) {
      emit(this, 'ostinato-volumechange', { volume: this.volume, muted: this.muted });
    }
  }

  protected renderError(): TemplateResult | typeof nothing {
    if (!this.error) return nothing;
    return html`<div class="error" part="error" role="alert">
      ${ICONS.warning}
      <p>${this.error}</p>
      <button aria-label="Close the message" @click=${this.#closeError}>${ICONS.close}</button>
    </div>`;
  }

  protected renderStage(): TemplateResult {
    const badge = badgeText(this.status());
    const { progress } = this;
    return html`<div class="stage">
        <canvas
          class="roll"
          part="roll"
          role="img"
          aria-label=${this.#describeRoll()}
          @click=${this.#onRollClick}
        ></canvas>
        ${this.stageHint()} ${badge ? html`<div class="badge">${badge}</div>` : nothing}
        ${
          this.state === 'loading' && progress
            ? html`<progress
                class="loading"
                aria-label="Loaded"
                max=${progress.total || 1}
                .value=${progress.loaded}
              ></progress>`
            : nothing
        }
        ${this.dragging ? html`<div class="drop">Drop a MIDI file</div>` : nothing}
      </div>
      ${this.#renderSeek()}`;
  }

  protected renderControls(more: TemplateResult | typeof nothing = nothing): TemplateResult {
    const { disabled } = this;
    const isRunning = this.state === 'playing' || this.state === 'buffering';
    const { position, isOpen, to } = { position: this.shownPosition, ...this.span() };
    const [now, end] = timeText(position, isOpen ? undefined : to);
    return html`<div class="controls" part="controls" role="group" aria-label="Controls">
      <button
        class="primary"
        part="play"
        aria-label=${isRunning ? 'Pause' : 'Play'}
        ?disabled=${disabled || !this.canPlay()}
        @click=${isRunning ? this.pause : this.onPlay}
      >
        ${isRunning ? ICONS.pause : ICONS.play}
      </button>
      <button aria-label="Stop" ?disabled=${disabled} @click=${this.stop}>${ICONS.stop}</button>
      <button
        aria-label="Repeat"
        aria-pressed=${this.loop}
        ?disabled=${disabled}
        @click=${this.#toggleLoop}
      >
        ${ICONS.loop}
      </button>
      <span class="time" aria-hidden="true"><b>${now}</b> / ${end}</span>
      <span class="spacer"></span>
      <span class="volume">
        <button
          aria-label="Mute"
          aria-pressed=${this.muted}
          ?disabled=${disabled}
          @click=${this.#toggleMuted}
        >
          ${this.muted ? ICONS.muted : ICONS.volume}
        </button>
        <input
          type="range"
          aria-label="Volume"
          min="0"
          max="1"
          step="0.05"
          .value=${live(String(this.volume))}
          ?disabled=${disabled}
          @input=${this.#onVolume}
        />
      </span>
      ${more}
    </div>`;
  }

  protected renderLegend(): TemplateResult {
    const { colours } = this.panel ?? {};
    const instruments = colours?.instruments ?? [];
    return html`<ul class="legend" part="legend" aria-label="Instruments">
      ${instruments.map(
        (instrument) =>
          html`<li data-colour="note-${colours!.indexOf(instrument) + 1}">
            <span>${instrumentName(instrument)}</span>
          </li>`,
      )}
    </ul>`;
  }

  protected renderHidden(): TemplateResult {
    return html`<div class="visually-hidden" role="status" aria-live="polite">
        ${announcement(this.status())}
      </div>
      <div class="probes">${THEME_PROBES.map((name) => html`<i data-colour=${name}></i>`)}</div>`;
  }

  protected canPlay(): boolean {
    return true;
  }

  /** The main button. */
  protected readonly onPlay = (): void => {
    this.play().catch(() => {}); // it is shown
  };

  protected readonly onDragOver = (event: DragEvent): void => {
    if (this.disabled || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.dragging = true;
  };

  protected readonly onDragLeave = (): void => {
    this.dragging = false;
  };

  protected readonly onDrop = (event: DragEvent): void => {
    this.dragging = false;
    const file = event.dataTransfer?.files[0];
    if (this.disabled || file === undefined) return;
    event.preventDefault();
    this.openFile(file).catch((error: unknown) => this.fail(error));
  };

  protected readonly onFileChosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ''; // so that the same file can be chosen again
    if (file) this.openFile(file).catch((error: unknown) => this.fail(error));
  };

  #renderSeek(): TemplateResult {
    const { from, to } = this.span();
    const duration = this.duration;
    return html`<div class="seek">
      <canvas class="overview" aria-hidden="true"></canvas>
      <input
        type="range"
        part="seek"
        aria-label="Position"
        min=${from}
        max=${Math.max(from + 0.1, to)}
        step="0.1"
        .value=${live(String(this.shownPosition))}
        aria-valuetext="${spokenTime(this.shownPosition)} of ${spokenTime(duration)}"
        ?disabled=${this.disabled || this.playback.timeline.size === 0}
        @input=${this.#onSeek}
        @keydown=${this.#onSeekKey}
      />
    </div>`;
  }

  #createPlayback(): Playback {
    const playback: Playback = new Playback({
      onStateChange: (state) => {
        if (playback === this.playback) this.onTransport(state);
      },
    });
    return playback;
  }

  #openPanel(): void {
    this.panel ??= new RollPanel({
      root: this.renderRoot as ShadowRoot,
      roll: this.renderRoot.querySelector<HTMLCanvasElement>('.roll')!,
      overview: this.renderRoot.querySelector<HTMLCanvasElement>('.overview')!,
      playback: () => this.playback,
      span: () => this.span(),
      heldPitches: () => this.heldPitches(),
      onFrame: (position) => this.#onFrame(position),
    });
    this.panel.draw();
  }

  #instruments = 0;

  #onFrame(position: number): void {
    const { instruments } = this.panel!.colours;
    if (instruments.length !== this.#instruments) {
      this.#instruments = instruments.length;
      this.requestUpdate();
    }
    if (Math.abs(position - this.shownPosition) < TIME_UPDATE_SECONDS) return;
    this.shownPosition = position;
    emit(this, 'ostinato-timeupdate', { position, duration: this.duration });
  }

  /** Shows where the music is now. */
  #update(): void {
    this.shownPosition = this.position;
    this.panel?.draw();
  }

  #describeRoll(): string {
    const { size, end } = this.playback.timeline;
    if (size === 0) return 'Piano roll, empty';
    return `Piano roll: ${size} notes, ${spokenTime(end)}`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.disabled || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const target = event.composedPath()[0] as HTMLElement;
    if (target.matches('select, input:not([type=range]):not([type=checkbox])')) return;
    const actions: Record<string, () => void> = {
      k: () => (this.state === 'playing' ? this.pause() : this.onPlay()),
      j: () => this.seek(this.position - SKIP_SECONDS),
      l: () => this.seek(this.position + SKIP_SECONDS),
      m: () => this.#toggleMuted(),
    };
    const action = actions[event.key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  /** Arrows go by seconds: a tenth, the step of the slider, is too fine. */
  readonly #onSeekKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowLeft: -SKIP_SECONDS,
      ArrowDown: -SKIP_SECONDS,
      ArrowRight: SKIP_SECONDS,
      ArrowUp: SKIP_SECONDS,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.seek(this.position + step);
  };

  readonly #onSeek = (event: Event): void => {
    this.seek(Number((event.target as HTMLInputElement).value));
  };

  readonly #onRollClick = (event: MouseEvent): void => {
    if (this.disabled || !this.panel || this.playback.timeline.size === 0) return;
    this.seek(this.panel.secondsAt(event.offsetX));
  };

  readonly #onVolume = (event: Event): void => {
    this.volume = Number((event.target as HTMLInputElement).value);
    this.muted = false;
  };

  readonly #toggleMuted = (): void => {
    this.muted = !this.muted;
  };

  readonly #toggleLoop = (): void => {
    this.loop = !this.loop;
  };

  readonly #closeError = (): void => {
    this.error = '';
    if (this.state === 'error') this.setState(this.playback.state);
  };
}
