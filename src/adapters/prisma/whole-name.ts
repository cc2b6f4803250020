/**
 * Regular expressions of PostgreSQL that find a name as whole words. Where it is in doubt, a name is found: a text too
 * many that is erased does less harm than one too few.
 */

/** Beginning: no letter or digit before it. An escaped character of a JSON text ends in one and is none. */
const BEFORE = String.raw`(^|[^[:alnum:]]|\\[bfnrt]|\\u[0-9a-f]{4}|\\[0-7]{3})`;
const AFTER = '($|[^[:alnum:]])';

/** The name in small letters, for columns made small as well. Blanks match any run of blanks. */
export function wholeName(name: string): string {
  return `${BEFORE}${eitherCase(literal(name.trim().toLowerCase()))}${AFTER}`;
}

/** The name as it is written, for bytes as `encode(bytes, 'escape')` shows them. */
export function wholeNameInBytes(name: string): string {
  const shown = [...Buffer.from(name.trim())].map((byte) => {
    if (byte === 0x5c) return '\\\\';
    return byte > 0x7f ? `\\${byte.toString(8)}` : String.fromCharCode(byte);
  });
  return `${BEFORE}${literal(shown.join(''))}${AFTER}`;
}

function literal(text: string): string {
  return text.replace(/[^\p{L}\p{N}\s]/gu, String.raw`\$&`).replace(/\s+/g, String.raw`\s+`);
}

/** A database of the plain locale knows only small ASCII letters; for the others both forms are looked for. */
function eitherCase(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, (letter) => {
    const other = letter.toUpperCase();
    return other !== letter && [...other].length === 1 ? `[${letter}${other}]` : letter;
  });
}
