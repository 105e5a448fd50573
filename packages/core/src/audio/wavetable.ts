// One period of a sum of sines, as many as fit below the Nyquist frequency: tones without aliasing.

/** Samples of a period. Tables hold one more, equal to the first, so that interpolation needs no wrap. */
export const TABLE_SIZE = 2048;

const SINE = Float64Array.from({ length: TABLE_SIZE }, (_, i) =>
  Math.sin((2 * Math.PI * i) / TABLE_SIZE),
);

/** Gives the table of a spectrum that is clean for a frequency, from a cache. Tables serve an octave each. */
export type WavetableBank = (spectrum: readonly number[], frequency: number) => Float32Array;

export function createWavetableBank(sampleRate: number): WavetableBank {
  const tables = new Map<readonly number[], Map<number, Float32Array>>();
  return (spectrum, frequency) => {
    const octave = Math.floor(Math.log2(frequency));
    let ofSpectrum = tables.get(spectrum);
    if (!ofSpectrum) tables.set(spectrum, (ofSpectrum = new Map()));
    let table = ofSpectrum.get(octave);
    if (!table) {
      const highest = 2 ** (octave + 1);
      table = buildTable(spectrum, Math.max(1, Math.floor((0.48 * sampleRate) / highest)));
      ofSpectrum.set(octave, table);
    }
    return table;
  };
}

/** The sum of the first `harmonics` of a spectrum, scaled to a root mean square of 1. */
function buildTable(spectrum: readonly number[], harmonics: number): Float32Array {
  const table = new Float32Array(TABLE_SIZE + 1);
  const kept = spectrum.slice(0, harmonics);
  const power = kept.reduce((sum, amplitude) => sum + amplitude ** 2 / 2, 0);
  const scale = 1 / Math.sqrt(power);
  kept.forEach((amplitude, i) => {
    if (amplitude === 0) return;
    for (let sample = 0; sample < TABLE_SIZE; sample++) {
      table[sample] += scale * amplitude * SINE[(sample * (i + 1)) % TABLE_SIZE];
    }
  });
  table[TABLE_SIZE] = table[0]!;
  return table;
}
