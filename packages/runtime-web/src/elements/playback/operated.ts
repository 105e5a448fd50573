// An element as its buttons, its sliders and its keys see it: what any page can do with it too.
import type { ElementState } from '../events.js';

export interface Operated {
  readonly state: ElementState;
  readonly disabled: boolean;
  /** Seconds. */
  readonly position: number;
  loop: boolean;
  muted: boolean;
  /** 0..1 */
  volume: number;
  pause(): void;
  stop(): void;
  seek(seconds: number): void;
}
