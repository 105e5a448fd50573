// Where a decoder is: bar, position and tempo. Time only goes forward.
import type { Tempo, TimeSignature } from '../score/score.js';
import {
  DEFAULT_TEMPO_BPM,
  TICKS_PER_POSITION,
  TICKS_PER_QUARTER,
  tempoBin,
  tempoOfBin,
} from './grid.js';
import { barLength, metreName } from './metre.js';
import type { Vocabulary } from './vocabulary.js';

/** A place in a piece. */
interface Moment {
  /** The bar, from 0. */
  bar: number;
  startTicks: number;
  startSeconds: number;
}

export interface Clock {
  /** Tempo changes so far; the first at tick 0. */
  readonly tempos: readonly Tempo[];
  /** Changes of metre so far; the first at tick 0. */
  readonly timeSignatures: readonly TimeSignature[];
  startBar(): void;
  /** Changes the metre of this bar and those after it. @param index into the config's list */
  setTimeSignature(index: number): void;
  /** Changes the tempo from the start of this bar on. */
  setTempo(bin: number): void;
  /** Goes to a position counted from the bar line: in this bar if that lies ahead, else in the next; beyond the end of
   *  the bar it is in a later one.
   *  @returns true if a bar line was passed */
  moveTo(position: number): boolean;
  /** The start of this bar. */
  barLine(): Moment;
  now(): Moment;
  secondsPerTick(): number;
}

/** A clock before the first bar, in 4/4 (or the vocabulary's first metre) and near 120 quarters a minute. */
export function createClock({ config }: Vocabulary): Clock {
  const metres = config.timeSignatures;
  let metre = metres.find((each) => metreName(each) === '4/4') ?? metres[0];
  let microsecondsPerQuarter = tempoOfBin(tempoBin(DEFAULT_TEMPO_BPM, config.tempo), config.tempo);
  const timeSignatures: TimeSignature[] = [{ tick: 0, ...metre }];
  const tempos: Tempo[] = [{ tick: 0, microsecondsPerQuarter }];
  let line: Moment = { bar: -1, startTicks: 0, startSeconds: 0 };
  let ticks = -1; // the last position; before the bar line where the bar has none yet

  const lengthTicks = (): number => barLength(metre) * TICKS_PER_POSITION;
  const secondsPerTick = (): number => microsecondsPerQuarter / 1e6 / TICKS_PER_QUARTER;
  const passBarLine = (): void => {
    const { bar, startTicks, startSeconds } = line;
    const length = bar === -1 ? 0 : lengthTicks();
    line = {
      bar: bar + 1,
      startTicks: startTicks + length,
      startSeconds: startSeconds + length * secondsPerTick(),
    };
  };

  return {
    tempos,
    timeSignatures,
    startBar: passBarLine,
    setTimeSignature(index) {
      metre = metres[index];
      const isSame = (previous: TimeSignature): boolean => metreName(previous) === metreName(metre);
      setFrom(timeSignatures, { tick: line.startTicks, ...metre }, isSame);
    },
    setTempo(bin) {
      microsecondsPerQuarter = tempoOfBin(bin, config.tempo);
      const isSame = (previous: Tempo): boolean =>
        previous.microsecondsPerQuarter === microsecondsPerQuarter;
      setFrom(tempos, { tick: line.startTicks, microsecondsPerQuarter }, isSame);
    },
    moveTo(position) {
      const { bar } = line;
      const offset = position * TICKS_PER_POSITION;
      if (line.startTicks + offset <= ticks) passBarLine();
      ticks = line.startTicks + offset;
      while (ticks >= line.startTicks + lengthTicks()) passBarLine();
      return line.bar > bar;
    },
    barLine: () => line,
    now() {
      const sinceLine = (ticks - line.startTicks) * secondsPerTick();
      return { bar: line.bar, startTicks: ticks, startSeconds: line.startSeconds + sinceLine };
    },
    secondsPerTick,
  };
}

/** Makes a change take effect at its tick: in place of one at the same tick, and not at all if nothing changes. */
function setFrom<T extends { tick: number }>(
  changes: T[],
  change: T,
  isSame: (previous: T) => boolean,
): void {
  if (changes.at(-1)!.tick === change.tick) changes.pop();
  const previous = changes.at(-1);
  if (previous === undefined || !isSame(previous)) changes.push(change);
}
