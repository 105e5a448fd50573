// What player and composer have in common: what can be set and done, the states, and the card with its piano roll.
import { LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { type ElementState, emit } from './events.js';
import { FileIntake } from './files/file-intake.js';
import { Playback } from './playback/playback.js';
import { runShortcut } from './playback/shortcuts.js';
import { baseStyles } from './ui/base-styles.js';
import { type CardAdditions, renderCard } from './ui/card.js';
import { inputStyles } from './ui/input-styles.js';
import { playbackStyles } from './ui/playback-styles.js';
import { RollPanel } from './ui/roll-panel.js';
import type { StatusInput } from './ui/status.js';

const TIME_UPDATE_SECONDS = 0.25;

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
  declare protected shownPosition: number;
  declare protected progress: { loaded: number; total: number } | undefined;

  protected playback = this.#createPlayback();
  protected panel: RollPanel | undefined;
  protected readonly intake = new FileIntake(this, {
    open: (file) => this.openFile(file),
    onError: (error) => this.fail(error),
  });
  /** What is at work now ends with it: when another thing begins, and when the element goes. */
  protected work = new AbortController();

  constructor() {
    super();
    this.disabled = this.loop = this.autoplay = this.muted = false;
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
  protected abstract openFile(file: File): Promise<void>;

  protected heldPitches(): ReadonlySet<number> {
    return new Set();
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

  /** @param name for screen readers, where the page gives none */
  protected renderCard(name: string, additions: CardAdditions): TemplateResult {
    return renderCard(this, {
      ...additions,
      name: this.label || name,
      error: this.error,
      status: this.status(),
      span: this.span(),
      notes: this.playback.timeline.size,
      canPlay: this.canPlay(),
      intake: this.intake,
      colours: this.panel?.colours,
      play: this.onPlay,
      closeError: this.#closeError,
      onRollClick: this.#onRollClick,
    });
  }

  protected canPlay(): boolean {
    return true;
  }

  /** The main button. */
  protected readonly onPlay = (): void => {
    this.play().catch(() => {}); // it is shown
  };

  #createPlayback(): Playback {
    const playback: Playback = new Playback({
      onStateChange: (state) => {
        if (playback === this.playback) this.setState(state);
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

  readonly #onKey = (event: KeyboardEvent): void => runShortcut(event, this, this.onPlay);

  readonly #onRollClick = (event: MouseEvent): void => {
    if (this.disabled || !this.panel || this.playback.timeline.size === 0) return;
    this.seek(this.panel.secondsAt(event.offsetX));
  };

  readonly #closeError = (): void => {
    this.error = '';
    if (this.state === 'error') this.setState(this.playback.state);
  };
}
