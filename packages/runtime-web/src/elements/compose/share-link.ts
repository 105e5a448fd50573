// A link to a composition: made and handed over here, followed where somebody opens it.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { emit } from '../events.js';
import { type ComposeSettings, fromFragment, toFragment } from './settings.js';

const COPIED_MILLISECONDS = 2500;

/** An element whose settings a link holds; its id tells it apart from others. */
type Host = ReactiveControllerHost & HTMLElement & { readonly settings: ComposeSettings };

export class ShareLink implements ReactiveController {
  readonly #host: Host;
  #isCopied = false;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  /** Whether it has just been put on the clipboard. */
  get isCopied(): boolean {
    return this.#isCopied;
  }

  get url(): string {
    const url = new URL(location.href);
    url.hash = toFragment(this.#host.settings, this.#host.id);
    return url.href;
  }

  /** Puts the link on the clipboard, or where the browser does not allow that into the address bar. */
  async share(): Promise<string> {
    const { url } = this;
    let copied = false;
    try {
      await navigator.clipboard.writeText(url);
      copied = true;
      this.#setCopied(true);
      setTimeout(() => this.#setCopied(false), COPIED_MILLISECONDS);
    } catch {
      history.replaceState(history.state, '', url); // to be copied from the address bar
    }
    emit(this.#host, 'ostinato-share', { url, copied });
    return url;
  }

  hostConnected(): void {
    addEventListener('hashchange', this.#follow);
    this.#follow();
  }

  hostDisconnected(): void {
    removeEventListener('hashchange', this.#follow);
  }

  #setCopied(isCopied: boolean): void {
    this.#isCopied = isCopied;
    this.#host.requestUpdate();
  }

  /** Takes the settings of the page's address, if it has some for this element. */
  readonly #follow = (): void => {
    const found = fromFragment(location.hash, this.#host.id);
    if (found) Object.assign(this.#host, found);
  };
}
