// Two players as one: they run together, and one of them is heard.
import type { OstinatoPlayerElement } from '@ostinato/web/element-classes';

export type Side = 'A' | 'B';

/** Further apart than this, in seconds, the silent one is brought back. */
const MOST_APART = 0.08;

export class PairPlayback {
  readonly #players: Readonly<Record<Side, OstinatoPlayerElement>>;
  #heard: Side = 'A';

  /** @param onChange called when they begin, stop or end */
  constructor(players: Readonly<Record<Side, OstinatoPlayerElement>>, onChange: () => void) {
    this.#players = players;
    for (const side of ['A', 'B'] as const) {
      const [player, other] = [players[side], players[otherSide(side)]];
      player.addEventListener('ostinato-statechange', onChange);
      player.addEventListener('ostinato-seek', ({ detail: { position } }) => {
        if (Math.abs(other.position - position) > MOST_APART) other.seek(position);
      });
    }
    this.listenTo('A');
  }

  get heard(): Side {
    return this.#heard;
  }

  get isPlaying(): boolean {
    return this.#players[this.#heard].state === 'playing';
  }

  listenTo(side: Side): void {
    this.#heard = side;
    for (const each of ['A', 'B'] as const) this.#players[each].muted = each !== side;
  }

  /** Plays both on.
   *  @throws {AudioError} if the browser does not allow sound yet */
  async play(): Promise<void> {
    const { A, B } = this.#players;
    if (Math.abs(A.position - B.position) > MOST_APART) B.seek(A.position);
    await Promise.all([A.play(), B.play()]);
  }

  pause(): void {
    this.#players.A.pause();
    this.#players.B.pause();
  }
}

function otherSide(side: Side): Side {
  return side === 'A' ? 'B' : 'A';
}
