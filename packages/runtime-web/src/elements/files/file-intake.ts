// MIDI files that somebody brings to an element: drops on it, or chooses.
import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { ICONS } from '../ui/icons.js';

type Host = Pick<ReactiveControllerHost, 'requestUpdate'> & { readonly disabled: boolean };

export interface FileIntakeOptions {
  open(file: File): Promise<void>;
  onError(error: unknown): void;
}

export class FileIntake {
  readonly #host: Host;
  readonly #options: FileIntakeOptions;
  #isOver = false;

  constructor(host: Host, options: FileIntakeOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** Whether a file is held over the element. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A button by which a file is chosen. */
  renderButton(text: string): TemplateResult {
    return html`<label class="file">
      <input
        class="visually-hidden"
        type="file"
        accept=".mid,.midi,.rmi,.kar,audio/midi"
        ?disabled=${this.#host.disabled}
        @change=${this.#onChosen}
      />
      <span class="button outlined">${ICONS.file} ${text}</span>
    </label>`;
  }

  readonly onDragOver = (event: DragEvent): void => {
    if (this.#host.disabled || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#setOver(true);
  };

  readonly onDragLeave = (): void => this.#setOver(false);

  readonly onDrop = (event: DragEvent): void => {
    this.#setOver(false);
    const file = event.dataTransfer?.files[0];
    if (this.#host.disabled || file === undefined) return;
    event.preventDefault();
    this.#open(file);
  };

  readonly #onChosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ''; // so that the same file can be chosen again
    if (file) this.#open(file);
  };

  #open(file: File): void {
    this.#options.open(file).catch((error: unknown) => this.#options.onError(error));
  }

  #setOver(isOver: boolean): void {
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.#host.requestUpdate();
  }
}
