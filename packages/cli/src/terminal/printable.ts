// Text from files, made safe to print: a track may be named with the escape codes of a terminal.

/** Replaces control and direction-changing characters by `?` and cuts long text. */
export function printable(text: string, longest = 60): string {
  const safe = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?');
  const characters = Array.from(safe);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : safe;
}
