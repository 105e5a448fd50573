// The notes of a score as a few coloured layers of horizontal strokes.
import type { Score } from '../score/score.js';
import { PERCUSSION_CHANNEL } from '../score/score.js';
import type { TempoMap } from '../score/tempo-map.js';
import { instrumentName, type Instrument } from '../tokenizer/general-midi.js';

/** One instrument's notes (or those of all that have no colour of their own). */
export interface Layer {
  readonly name: string;
  readonly noteCount: number;
  readonly strokes: Stroke[];
}

/** A note, or several of one pitch that the drawing could not tell apart. Times in seconds. */
interface Stroke {
  readonly pitch: number;
  readonly start: number;
  end: number;
}

/** Groups tracks by instrument, the one with the most notes first. From the `most`th on they share a layer.
 *  @param resolution seconds below which two notes of a pitch become one stroke; this bounds the drawing's size */
export function noteLayers(
  score: Score,
  tempoMap: TempoMap,
  most: number,
  resolution: number,
): Layer[] {
  const groups = new Map<Instrument, Stroke[]>();
  for (const { channel, program, notes } of score.tracks) {
    const instrument = channel === PERCUSSION_CHANNEL ? 'percussion' : program;
    const strokes = groups.get(instrument) ?? [];
    groups.set(instrument, strokes);
    for (const { pitch, startTicks, durationTicks } of notes) {
      const start = tempoMap.secondsAt(startTicks);
      strokes.push({ pitch, start, end: tempoMap.secondsAt(startTicks + durationTicks) });
    }
  }
  const layers = [...groups]
    .filter(([, strokes]) => strokes.length > 0)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([instrument, strokes]) => ({ name: instrumentName(instrument), strokes }));
  return combine(layers, most).map(({ name, strokes }) => ({
    name,
    noteCount: strokes.length,
    strokes: mergeStrokes(strokes, resolution),
  }));
}

type NamedStrokes = Pick<Layer, 'name' | 'strokes'>;

function combine(layers: NamedStrokes[], most: number): NamedStrokes[] {
  if (layers.length <= most) return layers;
  const rest = layers.slice(most - 1);
  const others = { name: `${rest.length} others`, strokes: rest.flatMap(({ strokes }) => strokes) };
  return [...layers.slice(0, most - 1), others];
}

function mergeStrokes(strokes: readonly Stroke[], resolution: number): Stroke[] {
  const sorted = [...strokes].sort((a, b) => a.start - b.start);
  const last = new Map<number, Stroke>();
  const merged: Stroke[] = [];
  for (const stroke of sorted) {
    const previous = last.get(stroke.pitch);
    if (previous && stroke.start - previous.start < resolution) {
      previous.end = Math.max(previous.end, stroke.end);
    } else {
      const copy = { ...stroke };
      merged.push(copy);
      last.set(stroke.pitch, copy);
    }
  }
  return merged;
}
