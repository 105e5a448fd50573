// The keys of General MIDI's percussion as written drums: where a drummer expects them on the staff.
import type { NoteEntry } from 'musicxml-io';

interface Drum {
  readonly name: string;
  /** Place on a staff with the treble clef. */
  readonly place: string;
  readonly hasCross?: boolean;
}

const DRUMS: Readonly<Record<number, Drum>> = {
  35: { name: 'Acoustic Bass Drum', place: 'E4' },
  36: { name: 'Bass Drum', place: 'F4' },
  37: { name: 'Side Stick', place: 'C5', hasCross: true },
  38: { name: 'Snare', place: 'C5' },
  39: { name: 'Hand Clap', place: 'B4', hasCross: true },
  40: { name: 'Electric Snare', place: 'C5' },
  41: { name: 'Low Floor Tom', place: 'G4' },
  42: { name: 'Closed Hi-Hat', place: 'G5', hasCross: true },
  43: { name: 'High Floor Tom', place: 'A4' },
  44: { name: 'Pedal Hi-Hat', place: 'D4', hasCross: true },
  45: { name: 'Low Tom', place: 'B4' },
  46: { name: 'Open Hi-Hat', place: 'G5', hasCross: true },
  47: { name: 'Low-Mid Tom', place: 'D5' },
  48: { name: 'High-Mid Tom', place: 'D5' },
  49: { name: 'Crash Cymbal', place: 'A5', hasCross: true },
  50: { name: 'High Tom', place: 'E5' },
  51: { name: 'Ride Cymbal', place: 'F5', hasCross: true },
  52: { name: 'Chinese Cymbal', place: 'B5', hasCross: true },
  53: { name: 'Ride Bell', place: 'F5', hasCross: true },
  55: { name: 'Splash Cymbal', place: 'B5', hasCross: true },
  57: { name: 'Second Crash Cymbal', place: 'A5', hasCross: true },
  59: { name: 'Second Ride Cymbal', place: 'F5', hasCross: true },
};

/** What is not part of a drum kit stands in the middle of the staff. */
function drumOf(key: number): Drum {
  return DRUMS[key] ?? { name: `Percussion ${key}`, place: 'B4' };
}

export function drumName(key: number): string {
  return drumOf(key).name;
}

/** A drum's sound in its part, as notes refer to it. */
export function drumId(part: string, key: number): string {
  return `${part}-I${key}`;
}

/** The parts of a note that say what is beaten. */
export function drumEntry(key: number, part: string): Partial<NoteEntry> {
  const { place, hasCross = false } = drumOf(key);
  return {
    unpitched: { displayStep: place[0], displayOctave: Number(place[1]) },
    instrument: drumId(part, key),
    ...(hasCross && { notehead: { value: 'x' } }),
  };
}
