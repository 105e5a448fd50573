// Which pitches instruments can play. From the ranges that General MIDI 2 (MMA RP-024, appendix A) recommends for each
// program, as the table in MidiTok's `constants.py` gives them; where it names none (woodblock to gunshot), any pitch.
// Bowed strings, basses and the clarinet have the professional ranges of MuseScore's `instruments.xml` instead: General
// MIDI ends below where concert music takes them (the cello at C5), which left a fifth of MusicNet in its one key.

/** [lowest, highest] MIDI pitch by General MIDI program, 0..127; a family of eight on each line. */
const PLAYABLE_RANGES: readonly (readonly [low: number, high: number])[] = `
21-108 21-108 21-108 21-108 28-103 28-103 41-89 36-96
60-108 72-108 60-84 53-89 48-84 65-96 60-77 60-84
36-96 36-96 36-96 21-108 36-96 53-89 60-84 53-89
40-84 40-84 40-86 40-86 40-86 40-86 40-86 40-86
28-67 28-67 28-67 28-67 28-67 28-67 28-55 28-55
55-103 48-93 36-90 24-67 28-93 28-93 23-103 36-57
28-96 28-96 36-96 36-96 48-79 48-79 48-84 48-72
58-94 34-75 29-55 58-82 41-77 36-96 36-96 36-96
54-87 49-80 42-75 37-68 58-91 52-81 34-72 50-94
74-108 60-96 60-96 60-96 60-96 55-84 60-96 60-84
21-108 21-108 36-96 36-96 36-96 36-96 36-96 21-108
36-96 36-96 36-96 36-96 36-96 36-96 36-96 36-96
36-96 36-96 36-96 36-96 36-96 36-96 36-96 36-96
48-77 48-84 50-79 55-84 48-79 36-77 55-96 48-72
72-84 60-72 52-76 0-127 0-127 0-127 0-127 0-127
0-127 0-127 0-127 0-127 0-127 0-127 0-127 0-127`
  .trim()
  .split(/\s+/)
  .map((range) => {
    const [low, high] = range.split('-').map(Number);
    return [low, high];
  });

/** The pitches that an instrument can play, inclusive.
 *  @param program General MIDI, 0..127
 *  @example playableRange(40) // [55, 103], a violin: G3 to G7 */
export function playableRange(program: number): readonly [low: number, high: number] {
  return PLAYABLE_RANGES[program];
}
