// <ostinato-composer>: a model that composes in the page, seen and heard while it does.
import { type Score, scoreDurationSeconds } from '@ostinato/core';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ComposeStream } from './compose/compose-stream.js';
import { composerStyles } from './compose/composer-styles.js';
import { downloadName, saveFile } from './compose/downloads.js';
import { modelsOf } from './compose/shared-models.js';
import type { ComposerModel, ModelLease, ModelLoader } from './compose/model-source.js';
import {
  type ComposeSettings,
  DEFAULT_LENGTH,
  formatLabels,
  fromFragment,
  parseLabels,
  parseLength,
  parseList,
  randomSeed,
  toFragment,
} from './compose/settings.js';
import { renderSettings } from './compose/settings-form.js';
import { emit } from './events.js';
import { exportScore } from '../sound/export-score.js';
import { KeyPanel } from './keys/key-panel.js';
import { PlaybackElement } from './playback-element.js';
import { readMidiFile } from './read-file.js';
import { ICONS } from './ui/icons.js';
import type { StatusInput } from './ui/status.js';

/** How far an endless piece is composed ahead, and how much of it is kept, in seconds. */
const ENDLESS_AHEAD = 30;
const ENDLESS_KEPT = 600;
/** Continuing a piece is heard from this long before its end, in seconds. */
const PRIMER_HEARD = 6;
const LINK_COPIED_MILLISECONDS = 2500;

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
    length: {
      reflect: true,
      converter: { fromAttribute: parseLength, toAttribute: String },
    },
    labels: {
      reflect: true,
      converter: { fromAttribute: parseLabels, toAttribute: formatLabels },
      hasChanged: differs,
    },
    instruments: {
      reflect: true,
      converter: {
        fromAttribute: parseList,
        toAttribute: (list: readonly string[]): string => list.join(', '),
      },
      hasChanged: differs,
    },
    preload: { type: String, reflect: true },
    loadModel: { attribute: false },
    composing: { type: Boolean, reflect: true },
    loaded: { state: true },
    rendering: { state: true },
    linkCopied: { state: true },
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
  declare protected loaded: ComposerModel | undefined;
  /** share of a WAV file that is done */
  declare protected rendering: number | undefined;
  declare protected linkCopied: boolean;
  /** a file to continue */
  declare protected primer: { name: string; score: Score } | undefined;

  #lease: ModelLease | undefined;
  #leasedFrom: { model?: string; loader?: ModelLoader | undefined } = {};
  #stream: ComposeStream | undefined;
  /** What the last composition was asked to be; Play composes anew when it is something else. */
  #composedFor: unknown;
  /** Whether the piece goes on from another. */
  #continues = false;
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
    this.composing = this.linkCopied = false;
    this.loaded = this.rendering = this.primer = undefined;
  }

  /** All settings of a composition. */
  get settings(): ComposeSettings {
    const { seed, temperature, length, labels, instruments } = this;
    return { seed, temperature, length, labels, instruments };
  }

  /** The piece so far; of an endless one, its last ten minutes. Undefined before there is one. */
  get score(): Score | undefined {
    return this.#stream?.score();
  }

  /** Plays on; composes first where there is nothing yet, or where settings have changed since.
   *  @throws as `compose` does */
  override async play(): Promise<void> {
    const { state } = this.playback;
    const isRunning = state === 'playing' || state === 'buffering';
    const isNew =
      !isRunning && this.#composedFor !== undefined && this.#wanted() !== this.#composedFor;
    if (this.#stream === undefined || isNew) await this.compose();
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
    this.playback.transport.stop();
    this.playback.timeline.clear();
    this.panel?.reset();
    const settings = this.settings;
    this.#composedFor = this.#wanted();
    this.#continues = primer !== undefined;
    const loading = this.load(); // it takes longest
    const prepared = this.playback.prepare(this.soundfont); // now: a gesture counts for this task only
    for (const promise of [loading, prepared]) promise.catch(() => {}); // they are awaited below
    try {
      const loaded = await loading;
      signal.throwIfAborted();
      const stream = new ComposeStream(loaded, primer ? { ...settings, primer } : settings);
      this.#stream = stream;
      emit(this, 'ostinato-compose', { settings });
      if (primer) this.playback.transport.cue(scoreDurationSeconds(primer) - PRIMER_HEARD);
      void this.#take(stream, settings, signal);
      await prepared;
      signal.throwIfAborted();
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
    if (this.loaded === undefined) this.setState('loading');
    const lease = (this.#lease ??= this.#leaseModel());
    try {
      const loaded = await lease.loaded;
      if (this.#lease === lease) this.loaded = loaded;
      return loaded;
    } catch (error) {
      if (this.#lease === lease) this.#returnModel();
      throw error;
    } finally {
      this.progress = undefined;
      if (this.state === 'loading') this.setState(this.playback.state);
    }
  }

  /** A link to this page that composes the same piece; of one that continues another, only its settings. */
  get link(): string {
    const url = new URL(location.href);
    url.hash = toFragment(this.settings, this.id);
    return url.href;
  }

  /** Makes a link, and puts it on the clipboard where the browser allows it. */
  async share(): Promise<string> {
    const url = this.link;
    let copied = false;
    try {
      await navigator.clipboard.writeText(url);
      copied = this.linkCopied = true;
      setTimeout(() => (this.linkCopied = false), LINK_COPIED_MILLISECONDS);
    } catch {
      history.replaceState(history.state, '', url); // to be copied from the address bar
    }
    emit(this, 'ostinato-share', { url, copied });
    return url;
  }

  /** The piece so far as a MIDI file; undefined before there is one.
   *  @throws {OstinatoError} `export-failed` */
  async toMidi(): Promise<Blob | undefined> {
    const { score } = this;
    return score && exportScore(score, 'midi', { signal: this.work.signal });
  }

  /** The piece so far as a WAV file, with the built-in sounds; undefined before there is one.
   *  @throws {OstinatoError} `export-failed` */
  async toWav(): Promise<Blob | undefined> {
    const { score } = this;
    if (!score) return undefined;
    const onProgress = (share: number): void => {
      this.rendering = share;
      emit(this, 'ostinato-progress', { phase: 'wav', loaded: share, total: 1 });
    };
    this.rendering = 0;
    try {
      return await exportScore(score, 'wav', { onProgress, signal: this.work.signal });
    } finally {
      this.rendering = undefined;
    }
  }

  override stop(): void {
    super.stop();
    if (this.length === 'endless') this.#endComposing();
  }

  override dispose(): void {
    super.dispose();
    this.#returnModel();
    this.#stream = this.#composedFor = undefined;
    this.composing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#readLink);
    this.#readLink();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#readLink);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has('model') || changed.has('loadModel')) this.#changeModel();
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    if (!this.canPlay()) return;
    if (this.autoplay) this.onPlay();
    else if (this.preload === 'auto') this.load().catch((error: unknown) => this.fail(error));
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
      loadingWhat: this.loaded ? 'the sound' : 'the model',
    };
  }

  protected override span(): { from: number; to: number; isOpen: boolean } {
    const { timeline } = this.playback;
    const isOpen = this.composing && this.length === 'endless';
    const asked = this.composing && this.length !== 'endless' ? this.length : 0;
    return { from: timeline.start, to: Math.max(timeline.end, asked), isOpen };
  }

  protected override stageHint(): TemplateResult | typeof nothing {
    if (this.playback.timeline.size > 0 || this.state === 'loading' || this.composing)
      return nothing;
    return html`<div class="hint">
      <strong>Press Play to compose</strong>
      <span>Drop a MIDI file to have it continued</span>
    </div>`;
  }

  protected override canPlay(): boolean {
    return this.model !== '' || this.loadModel !== undefined;
  }

  protected override render(): TemplateResult {
    return html`<div
      class="card"
      part="card"
      role="group"
      aria-label=${this.label || 'Music composer'}
      @dragover=${this.onDragOver}
      @dragleave=${this.onDragLeave}
      @drop=${this.onDrop}
    >
      ${this.renderError()} ${this.renderStage()} ${this.renderControls(this.#renderActions())}
      ${this.renderLegend()}
      ${renderSettings({
        settings: this.settings,
        loaded: this.loaded,
        disabled: this.disabled,
        linkCopied: this.linkCopied,
        continues: this.#continues,
        primer: this.#renderPrimer(),
        change: (changes) => this.#change(changes),
        wantModel: () => void this.load().catch((error: unknown) => this.fail(error)),
        compose: () => void this.compose().catch(() => {}),
        share: () => void this.share(),
      })}
      ${this.renderHidden()}
    </div>`;
  }

  #renderActions(): TemplateResult {
    const isDisabled = this.disabled || this.playback.timeline.size === 0;
    const { rendering } = this;
    const share = rendering === undefined ? '' : ` ${Math.round(rendering * 100)} %`;
    return html`<span class="downloads">
      <button
        class="outlined"
        part="another"
        title="Compose with another seed"
        ?disabled=${this.disabled || !this.canPlay()}
        @click=${this.#composeAnother}
      >
        ${ICONS.sparkle} New piece
      </button>
      <button aria-label="Download MIDI" ?disabled=${isDisabled} @click=${() => this.#save('mid')}>
        ${ICONS.download} MIDI
      </button>
      <button
        aria-label="Download WAV"
        ?disabled=${isDisabled || rendering !== undefined}
        @click=${() => this.#save('wav')}
      >
        ${ICONS.download} WAV${share}
      </button>
    </span>`;
  }

  #renderPrimer(): TemplateResult {
    const { primer } = this;
    const what =
      primer?.name ?? (this.#keys.size > 0 ? `${this.#keys.size} notes played` : 'nothing');
    return html`<details class="wide">
      <summary><span>Continue</span> <small>${what}</small></summary>
      <div class="primer">
        <label class="file">
          <input
            class="visually-hidden"
            type="file"
            accept=".mid,.midi,.rmi,.kar,audio/midi"
            @change=${this.onFileChosen}
          />
          <span class="button outlined">${ICONS.file} Choose a MIDI file</span>
        </label>
        ${
          primer
            ? html`<span class="name">${primer.name}</span>
                <button aria-label="Do not continue ${primer.name}" @click=${this.#dropPrimer}>
                  ${ICONS.close}
                </button>`
            : html`<span class="name">or play it here:</span>`
        }
      </div>
      ${primer ? nothing : this.#keys.render(this.disabled)}
    </details>`;
  }

  /** Takes the notes as they are composed. */
  async #take(
    stream: ComposeStream,
    settings: ComposeSettings,
    signal: AbortSignal,
  ): Promise<void> {
    const { timeline, transport } = this.playback;
    this.composing = true;
    try {
      for await (const note of stream.notes(signal)) {
        if (signal.aborted) return;
        timeline.add(note);
        emit(this, 'ostinato-note', { note });
        this.panel?.draw();
        if (settings.length === 'endless') await this.#keepPace(stream, signal);
      }
      const score = stream.score();
      timeline.load(score);
      emit(this, 'ostinato-composed', { score, settings });
    } catch (error) {
      if (signal.aborted) return;
      timeline.complete(); // what there is can be heard
      this.fail(error);
    } finally {
      if (this.#stream === stream) {
        this.composing = false;
        this.panel?.draw();
        transport.tick();
      }
    }
  }

  /** Waits while an endless piece is far enough ahead, and forgets its beginning. */
  async #keepPace(stream: ComposeStream, signal: AbortSignal): Promise<void> {
    const { timeline } = this.playback;
    while (!signal.aborted && timeline.frontier - this.position > ENDLESS_AHEAD) {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const from = this.position - ENDLESS_KEPT;
    if (from < timeline.start + 30) return;
    timeline.dropBefore(from);
    const [first] = timeline.startingIn(from, Infinity);
    if (first && 'startTicks' in first) stream.dropBefore(Number(first.startTicks));
  }

  #endComposing(): void {
    if (!this.composing) return;
    this.work.abort();
    this.work = new AbortController();
    this.playback.timeline.complete();
    this.composing = false;
  }

  #wanted(): unknown {
    const { seed, temperature, length, labels, instruments, model } = this;
    const played = this.#keys.size;
    return JSON.stringify([
      model,
      seed,
      temperature,
      length,
      labels,
      instruments,
      this.primer?.name,
      played,
    ]);
  }

  #change(changes: Partial<ComposeSettings>): void {
    Object.assign(this, changes);
    emit(this, 'ostinato-settingschange', { settings: this.settings });
  }

  #leaseModel(): ModelLease {
    const { model, loadModel: loader } = this;
    this.#leasedFrom = { model, loader };
    return modelsOf(loader).lease(new URL(model, this.baseURI).href, (progress) => {
      this.progress = { loaded: progress.bytesDone, total: progress.bytesTotal };
      emit(this, 'ostinato-progress', { phase: 'model', ...this.progress });
    });
  }

  #returnModel(): void {
    this.#lease?.release();
    this.#lease = this.loaded = undefined;
  }

  #changeModel(): void {
    const { model, loader } = this.#leasedFrom;
    if (this.#lease && (model !== this.model || loader !== this.loadModel)) this.dispose();
    if (this.hasUpdated && this.preload === 'auto' && this.canPlay()) {
      this.load().catch((error: unknown) => this.fail(error));
    }
  }

  async #save(kind: 'mid' | 'wav'): Promise<void> {
    try {
      const file = kind === 'mid' ? await this.toMidi() : await this.toWav();
      if (file) saveFile(this, file, downloadName(this.settings, kind));
    } catch (error) {
      this.fail(error);
    }
  }

  readonly #composeAnother = (): void => {
    this.#change({ seed: randomSeed() });
    this.compose().catch(() => {}); // it is shown
  };

  readonly #dropPrimer = (): void => {
    this.primer = undefined;
  };

  readonly #readLink = (): void => {
    const found = fromFragment(location.hash, this.id);
    if (found) Object.assign(this, found);
  };
}

/** Whether two plain values differ in content. */
function differs(value: unknown, before: unknown): boolean {
  return JSON.stringify(value) !== JSON.stringify(before);
}
