// Keys: letters that work everywhere in an element, as in players of videos, and the arrows of its seek bar.
import type { Operated } from './operated.js';
import { isRunning } from './transport.js';

const SKIP_SECONDS = 5;

/** K plays and pauses, J goes back, L goes on, M mutes; not where somebody writes. */
export function runShortcut(event: KeyboardEvent, element: Operated, play: () => void): void {
  if (element.disabled || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.composedPath()[0] as HTMLElement;
  if (target.matches('select, input:not([type=range]):not([type=checkbox])')) return;
  const actions: Record<string, () => void> = {
    k: () => (isRunning(element.state) ? element.pause() : play()),
    j: () => element.seek(element.position - SKIP_SECONDS),
    l: () => element.seek(element.position + SKIP_SECONDS),
    m: () => (element.muted = !element.muted),
  };
  const action = actions[event.key.toLowerCase()];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/** Arrows on the seek bar go by seconds: a tenth, the step of the slider, is too fine. */
export function seekWithArrow(event: KeyboardEvent, element: Operated): void {
  const steps: Record<string, number> = {
    ArrowLeft: -SKIP_SECONDS,
    ArrowDown: -SKIP_SECONDS,
    ArrowRight: SKIP_SECONDS,
    ArrowUp: SKIP_SECONDS,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  element.seek(element.position + step);
}
