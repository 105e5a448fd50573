// Text and numbers for XML, safe whatever they hold.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as XML character data or attribute value: markup escaped, characters that XML 1.0 cannot hold replaced, cut to
 *  `longest` characters. */
export function escapeText(text: string, longest = 80): string {
  const characters = Array.from(text); // by code points
  const cut = characters.length > longest ? [...characters.slice(0, longest - 1), '…'] : characters;
  return cut
    .map((character) => ENTITIES[character] ?? (isXmlCharacter(character) ? character : '\uFFFD'))
    .join('');
}

/** https://www.w3.org/TR/xml/#charsets; a lone surrogate is none. */
function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** A coordinate with at most two decimals. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}
