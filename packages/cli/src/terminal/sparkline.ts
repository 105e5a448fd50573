// A row of numbers as a row of bars, one character each: where a curve has been, within a line of text.

const BARS = '▁▂▃▄▅▆▇█';

/** Draws values from left to right; the lowest is the lowest bar, the highest the highest. More values than fit are
 *  averaged in groups, and what is not a finite number leaves a gap.
 *  @param width characters at most, an integer of at least 1
 *  @returns at most `width` characters; empty without values
 *  @example
 *  sparkline([3.2, 2.4, 2.0, 1.9], 8) // '█▄▁▁' */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(values.length, Math.max(1, Math.floor(width)));
  const means = Array.from({ length: columns }, (_, column) =>
    meanOf(values, boundary(column, columns), boundary(column + 1, columns)),
  );
  const finite = means.filter((mean) => Number.isFinite(mean));
  const lowest = Math.min(...finite);
  const highest = Math.max(...finite);
  return means.map((mean) => bar(mean, lowest, highest)).join('');

  function boundary(column: number, count: number): number {
    return Math.floor((column * values.length) / count);
  }
}

function bar(value: number, lowest: number, highest: number): string {
  if (!Number.isFinite(value)) return ' ';
  // Halved, so that the span of the largest numbers is finite.
  const span = highest / 2 - lowest / 2;
  const share = span === 0 ? 0 : (value / 2 - lowest / 2) / span;
  return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))];
}

/** The mean of the finite values from `start` to before `end`; NaN if there is none. */
function meanOf(values: readonly number[], start: number, end: number): number {
  let mean = 0;
  let count = 0;
  for (let index = start; index < end; index++) {
    if (!Number.isFinite(values[index])) continue;
    count++;
    mean += values[index] / count - mean / count;
  }
  return count === 0 ? Number.NaN : mean;
}
