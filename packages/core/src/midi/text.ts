// Text of MIDI files. The format names no encoding; files hold UTF-8, Latin-1 and Shift-JIS.

/** Decodes a text event: UTF-8 if it is valid, else Shift-JIS if it reads like Japanese, else Latin-1 (as
 *  windows-1252). NULs at the end, which C programs leave, are dropped; others become U+FFFD. Never throws. */
export function decodeMidiText(bytes: Uint8Array): string {
  const text =
    decodeStrictly(bytes, 'utf-8') ??
    decodeJapanese(bytes) ??
    new TextDecoder('windows-1252').decode(bytes);
  return text.replace(/\0+$/, '').replaceAll('\0', '\ufffd');
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // Not this encoding, or one that this runtime does not know.
  }
}

function decodeJapanese(bytes: Uint8Array): string | undefined {
  const text = decodeStrictly(bytes, 'shift_jis');
  return text !== undefined && readsLikeJapanese(text) ? text : undefined;
}

/** Most accented Latin-1 words are valid Shift-JIS too: "Prélude" gives a Chinese character inside Latin letters.
 *  So full-width kana decide for Japanese; without them, a Chinese character or half-width kana next to a Latin
 *  letter, or a lone half-width kana (a Latin-1 sign such as © or °), decides against it. */
function readsLikeJapanese(text: string): boolean {
  if (/[\u3040-\u30fa]/.test(text)) return true;
  const kanji = /\p{Script=Han}/u.test(text);
  const halfWidthKana = /[\uff66-\uff9f]{2}/.test(text);
  const insideLatin =
    /[A-Za-z][\p{Script=Han}\uff61-\uff9f]|[\p{Script=Han}\uff61-\uff9f][A-Za-z]/u.test(text);
  return (kanji || halfWidthKana) && !insideLatin;
}
