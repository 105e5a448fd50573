import { haveFirefox, launchFirefox } from './firefox.js';
import type { Browser } from './browser.js';
import { haveWebKit, launchWebKit } from './webkit.js';

export type { Browser } from './browser.js';

/** The browsers beside Chromium; what is not installed says so. */
export const BROWSERS: readonly {
  readonly name: string;
  /** Whether all that it needs is installed; otherwise says what to install. */
  have(): boolean;
  launch(): Promise<Browser>;
}[] = [
  { name: 'Firefox', have: haveFirefox, launch: launchFirefox },
  { name: 'WebKit', have: haveWebKit, launch: launchWebKit },
];
