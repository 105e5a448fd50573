// Small music files built in code, for tests of what reads them.

/** Pitch, onset and length in sixteenths. */
export type SmallNote = readonly [pitch: number, onset: number, length: number];

export interface SmallMidi {
  readonly notes: readonly SmallNote[];
  /** Name of the track. Default: none. */
  readonly name?: string;
  /** General MIDI program, 0..127. Default 0. */
  readonly program?: number;
  /** Default 480. */
  readonly ticksPerQuarter?: number;
}

/** A MIDI file of format 0. */
export function smallMidi({
  notes,
  name = '',
  program = 0,
  ticksPerQuarter = 480,
}: SmallMidi): Uint8Array {
  const sixteenth = ticksPerQuarter / 4;
  const events = notes
    .flatMap(([pitch, onset, length]) => [
      { tick: onset * sixteenth, order: 1, bytes: [0x90, pitch, 80] },
      { tick: (onset + length) * sixteenth, order: 0, bytes: [0x80, pitch, 0] },
    ])
    .sort((a, b) => a.tick - b.tick || a.order - b.order);
  const title = [...new TextEncoder().encode(name)];
  const track = [0, 0xff, 0x03, ...quantity(title.length), ...title, 0, 0xc0, program];
  let now = 0;
  for (const { tick, bytes } of events) {
    track.push(...quantity(tick - now), ...bytes);
    now = tick;
  }
  track.push(0, 0xff, 0x2f, 0);
  const header = [
    ...chunkHead('MThd', 6),
    0,
    0,
    0,
    1,
    ticksPerQuarter >> 8,
    ticksPerQuarter & 0xff,
  ];
  return Uint8Array.from([...header, ...chunkHead('MTrk', track.length), ...track]);
}

/** A short melody that differs for every `variant`. */
export function smallMelody(variant: number, length = 16): SmallNote[] {
  return Array.from({ length }, (_, i): SmallNote => [
    48 + ((variant * 7 + i * (variant + 3)) % 36),
    i * 2,
    2,
  ]);
}

function chunkHead(name: string, length: number): number[] {
  const bytes = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
  return [...new TextEncoder().encode(name), ...bytes];
}

/** A variable-length quantity. */
function quantity(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
