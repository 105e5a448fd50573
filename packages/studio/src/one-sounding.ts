// One music at a time: what begins to play pauses what played before.
import type { OstinatoComposerElement, OstinatoPlayerElement } from '@ostinato/web/element-classes';

type PlaybackElement = OstinatoComposerElement | OstinatoPlayerElement;

/** Elements in a `[data-together]` play together. */
export function keepOneSounding(root: HTMLElement): void {
  root.addEventListener('ostinato-statechange', ({ detail, target }) => {
    if (detail.state !== 'playing' && detail.state !== 'buffering') return;
    const group = (target as Element).closest('[data-together]');
    for (const other of root.querySelectorAll<PlaybackElement>(
      'ostinato-player, ostinato-composer',
    )) {
      if (other === target || (group && group.contains(other))) continue;
      other.pause();
    }
  });
}
