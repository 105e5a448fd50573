// <ostinato-composer>: a model that composes in the page, seen and heard while it does.
import type { Score } from '@ostinato/core';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { renderActions } from './compose/actions.js';
import { ComposeSession } from './compose/compose-session.js';
import { composerStyles } from './compose/composer-styles.js';
import type { ComposerModel, ModelLoader } from './compose/model-source.js';
import { PieceFiles } from './compose/piece-files.js';
import { type Primer, renderPrimer } from './compose/primer-form.js';
import {
  differs,
  LABELS_ATTRIBUTE,
  LENGTH_ATTRIBUTE,
  LIST_ATTRIBUTE,
} from './compose/setting-attributes.js';
import { type ComposeSettings, DEFAULT_LENGTH, randomSeed } from './compose/settings.js';
import { renderSettings } from './compose/settings-form.js';
import { ShareLink } from './compose/share-link.js';
import { ModelShare } from './compose/shared-models.js';
import { emit } from './events.js';
import { readMidiFile } from './files/read-file.js';
import { KeyPanel } from './keys/key-panel.js';
import { isRunning } from './playback/transport.js';
import { PlaybackElement } from './playback-element.js';
import type { StatusInput } from './ui/status.js';

/** Composes with a model: press Play and hear it.
 *
 *  @tag ostinato-composer
 *  @attr {string} model - address of a model's folder
 *  @attr {string} seed - equal seeds give equal pieces
 *  @attr {number} temperature - 0.01..100; default: what the model recommends
 *  @attr {string} length - seconds, 1..3600, or `endless`
 *  @attr {string} labels - what the piece is to be like: `composer=Bach; ensemble=String Quartet`
 *  @attr {string} instruments - who plays: `violin, cello`
 *  @attr {'none'|'auto'} preload - `auto` loads the model at once; default: with the first use
 *  @attr {boolean} autoplay - composes as soon as it can; a browser may want a click first
 *  @attr {boolean} loop - the end is followed by the beginning
 *  @attr {number} volume - 0..1
 *  @attr {boolean} muted
 *  @attr {boolean} disabled - nothing can be operated
 *  @attr {string} soundfont - address of a SoundFont (.sf2, .sf3)
 *  @attr {string} label - name for screen readers
 *  @csspart settings the form below the controls
 *  @csspart another the button that composes with a random seed
 *  @csspart seed the field of the seed
 *  @csspart piano the keys to play on
 *  @fires ostinato-statechange
 *  @fires ostinato-timeupdate
 *  @fires ostinato-seek
 *  @fires ostinato-volumechange
 *  @fires ostinato-progress
 *  @fires ostinato-compose
 *  @fires ostinato-note
 *  @fires ostinato-composed
 *  @fires ostinato-settingschange
 *  @fires ostinato-share
 *  @fires ostinato-download
 *  @fires ostinato-error */
export class OstinatoComposerElement extends PlaybackElement {
  static override properties = {
    ...PlaybackElement.properties,
    model: { type: String, reflect: true },
    seed: { type: String, reflect: true },
    temperature: { type: Number, reflect: true },
    length: { reflect: true, converter: LENGTH_ATTRIBUTE },
    labels: { reflect: true, converter: LABELS_ATTRIBUTE, hasChanged: differs },
    instruments: { reflect: true, converter: LIST_ATTRIBUTE, hasChanged: differs },
    preload: { type: String, reflect: true },
    loadModel: { attribute: false },
    composing: { type: Boolean, reflect: true },
    primer: { state: true },
  };

  static override styles = [...PlaybackElement.styles, composerStyles];

  /** Address of a model's folder. */
  declare model: string;
  declare seed: string;
  /** Undefined for what the model recommends. */
  declare temperature: number | undefined;
  /** Seconds, or `endless`. */
  declare length: number | 'endless';
  /** What the piece is to be like: `{ composer: 'Bach' }`. */
  declare labels: Readonly<Record<string, string>>;
  /** Slugs of who plays: `violin`. Empty: the model chooses. */
  declare instruments: readonly string[];
  declare preload: string;
  /** Loads the model at an address in another way than `loadModel` of this package; elements with the same loader and
   *  address share one. */
  declare loadModel: ModelLoader | undefined;
  /** Whether composing is at work. @readonly */
  declare composing: boolean;
  /** a file to continue */
  declare protected primer: Primer | undefined;

  /** What the last composition was asked to be; Play composes anew when it is something else. */
  #composedFor: unknown;
  readonly #model = new ModelShare();
  readonly #session = new ComposeSession(this, {
    playback: () => this.playback,
    loadModel: () => this.load(),
    prepareSound: () => this.playback.prepare(this.soundfont),
    onChange: (isComposing) => {
      this.composing = isComposing;
      this.panel?.draw();
    },
    onError: (error) => this.fail(error),
  });
  readonly #link = new ShareLink(this);
  readonly #files = new PieceFiles(this, {
    signal: () => this.work.signal,
    onError: (error) => this.fail(error),
  });
  readonly #keys = new KeyPanel(this, {
    sound: (pitch, velocity) => this.playback.hold({ instrument: 0, pitch, velocity }),
    prepare: async () => {
      await this.playback.prepare(this.soundfont);
    },
    onChange: () => this.panel?.draw(),
    onError: (error) => this.fail(error),
  });

  constructor() {
    super();
    this.model = '';
    this.seed = randomSeed();
    this.temperature = undefined;
    this.length = DEFAULT_LENGTH;
    this.labels = {};
    this.instruments = [];
    this.preload = 'none';
    this.loadModel = undefined;
    this.composing = false;
    this.primer = undefined;
  }

  /** All settings of a composition. */
  get settings(): ComposeSettings {
    const { seed, temperature, length, labels, instruments } = this;
    return { seed, temperature, length, labels, instruments };
  }

  /** The piece so far; of an endless one, its last ten minutes. Undefined before there is one. */
  get score(): Score | undefined {
    return this.#session.score;
  }

  /** Plays on; composes first where there is nothing yet, or where settings have changed since.
   *  @throws as `compose` does */
  override async play(): Promise<void> {
    const isOutdated = this.#composedFor !== undefined && this.#wanted() !== this.#composedFor;
    const isWanted = !this.#session.hasBegun || (isOutdated && !isRunning(this.playback.state));
    if (isWanted) await this.compose();
    else await super.play();
  }

  /** Composes a new piece with the settings as they are, and plays it while it comes.
   *  @param primer a piece to continue; default: what was dropped or played, if anything was
   *  @returns once the music has been started; the rest comes on its own
   *  @throws {ArtifactError}, {RuntimeError} if the model cannot be loaded; {AudioError} if the browser does not allow
   *    sound yet; {TokenizerError} if the primer has nothing that the model knows */
  async compose(
    primer: Score | undefined = this.primer?.score ?? this.#keys.toScore(),
  ): Promise<void> {
    this.work.abort();
    const { signal } = (this.work = new AbortController());
    this.error = '';
    this.panel?.reset();
    this.#composedFor = this.#wanted();
    try {
      await this.#session.begin(this.settings, primer, signal);
      await super.play();
    } catch (error) {
      if (signal.aborted) return;
      this.fail(error);
      throw error;
    }
  }

  /** Loads the model, if it is not loaded.
   *  @throws as `loadModel` does */
  async load(): Promise<ComposerModel> {
    if (this.#model.loaded === undefined) this.setState('loading');
    try {
      return await this.#model.take(this, ({ bytesDone, bytesTotal }) => {
        this.progress = { loaded: bytesDone, total: bytesTotal };
        emit(this, 'ostinato-progress', { phase: 'model', ...this.progress });
      });
    } finally {
      this.progress = undefined;
      this.requestUpdate();
      if (this.state === 'loading') this.setState(this.playback.state);
    }
  }

  /** A link to this page that composes the same piece; of one that continues another, only its settings. */
  get link(): string {
    return this.#link.url;
  }

  /** Makes a link, and puts it on the clipboard where the browser allows it. */
  async share(): Promise<string> {
    return this.#link.share();
  }

  /** The piece so far as a MIDI file; undefined before there is one.
   *  @throws {OstinatoError} `export-failed` */
  async toMidi(): Promise<Blob | undefined> {
    return this.#files.toMidi();
  }

  /** The piece so far as a WAV file, with the built-in sounds; undefined before there is one.
   *  @throws {OstinatoError} `export-failed` */
  async toWav(): Promise<Blob | undefined> {
    return this.#files.toWav();
  }

  override stop(): void {
    super.stop();
    if (!this.composing || this.length !== 'endless') return;
    this.work.abort();
    this.work = new AbortController();
    this.playback.timeline.complete();
    this.composing = false;
  }

  override dispose(): void {
    super.dispose();
    this.#model.giveBack();
    this.#session.clear();
    this.#composedFor = undefined;
    this.composing = false;
    this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const isWanted = !this.hasUpdated && (this.autoplay || this.preload === 'auto');
    if (isWanted && this.canPlay()) this.load().catch(() => {}); // whoever waits for it tells
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has('model') || changed.has('loadModel')) this.#changeModel();
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    if (!this.canPlay()) return;
    if (this.autoplay) this.onPlay();
    else if (this.preload === 'auto') this.#loadEarly();
  }

  protected override heldPitches(): ReadonlySet<number> {
    return this.#keys.held;
  }

  protected override async openFile(file: File): Promise<void> {
    const { score } = await readMidiFile(file);
    this.error = '';
    this.#keys.clear();
    this.primer = { name: score.name || file.name, score };
  }

  protected override status(): StatusInput {
    return {
      state: this.state,
      composing: this.composing,
      position: this.shownPosition,
      duration: this.duration,
      progress: this.progress,
      loadingWhat: this.#model.loaded ? 'the sound' : 'the model',
    };
  }

  protected override span(): { from: number; to: number; isOpen: boolean } {
    const { timeline } = this.playback;
    const isOpen = this.composing && this.length === 'endless';
    const asked = this.composing && this.length !== 'endless' ? this.length : 0;
    return { from: timeline.start, to: Math.max(timeline.end, asked), isOpen };
  }

  protected override canPlay(): boolean {
    return this.model !== '' || this.loadModel !== undefined;
  }

  protected override render(): TemplateResult {
    const { disabled, primer } = this;
    return this.renderCard('Music composer', {
      hint: this.#renderHint(),
      actions: renderActions({
        canCompose: !disabled && this.canPlay(),
        canSave: !disabled && this.playback.timeline.size > 0,
        rendering: this.#files.rendering,
        composeAnother: this.#composeAnother,
        save: (extension) => void this.#files.save(extension),
      }),
      form: renderSettings({
        settings: this.settings,
        loaded: this.#model.loaded,
        disabled,
        linkCopied: this.#link.isCopied,
        continues: this.#session.continues,
        primer: renderPrimer({
          primer,
          intake: this.intake,
          keys: this.#keys,
          disabled,
          drop: () => (this.primer = undefined),
        }),
        change: (changes) => this.#change(changes),
        wantModel: this.#loadEarly,
        compose: () => void this.compose().catch(() => {}),
        share: () => void this.share(),
      }),
    });
  }

  #renderHint(): TemplateResult | typeof nothing {
    if (this.playback.timeline.size > 0 || this.state === 'loading' || this.composing)
      return nothing;
    return html`<div class="hint">
      <strong>Press Play to compose</strong>
      <span>Drop a MIDI file to have it continued</span>
    </div>`;
  }

  #wanted(): unknown {
    const { model, settings, primer } = this;
    return JSON.stringify([model, settings, primer?.name, this.#keys.size]);
  }

  #change(changes: Partial<ComposeSettings>): void {
    Object.assign(this, changes);
    emit(this, 'ostinato-settingschange', { settings: this.settings });
  }

  #changeModel(): void {
    if (this.#model.isOfOther(this)) this.dispose();
    if (this.hasUpdated && this.preload === 'auto' && this.canPlay()) this.#loadEarly();
  }

  /** Before anything is composed. */
  readonly #loadEarly = (): void => {
    this.load().catch((error: unknown) => this.fail(error));
  };

  readonly #composeAnother = (): void => {
    this.#change({ seed: randomSeed() });
    this.compose().catch(() => {}); // it is shown
  };
}
