/** Reads JSON and YAML as plain data. */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Content, ImportWarning } from '#src/knowledge/importers/source.ts';
import { decodeText } from './decode.ts';
import { parseYamlText } from './yaml-text.ts';

/** @throws ImportError `unreadable` with the line */
export function readJson(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Content {
  const text = decodeText(bytes, file, warnings).replace(/^\ufeff/, '');
  try {
    return { kind: 'data', data: JSON.parse(text) };
  } catch (error) {
    const cut = isCutOff(error);
    const offset = cut ? null : badOffset(text);
    throw new ImportError(cut ? 'truncated' : 'unreadable', {
      file,
      ...(offset === null ? {} : { place: { line: text.slice(0, offset).split('\n').length } }),
      detail: cut ? 'The JSON ends in the middle.' : 'This is not valid JSON.',
      remedy: 'Download the file again, or export it anew.',
    });
  }
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && /Unexpected end|Unterminated/.test(error.message);
}

/** Larger texts are not searched for the place of the error. */
const MAX_SEARCHED = 4_000_000;

/**
 * Where a text stops being JSON: the shortest prefix that fails for another reason than being cut off. V8 names the
 * position in some messages only.
 */
function badOffset(text: string): number | null {
  if (text.length > MAX_SEARCHED) return null;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (failsOtherwise(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function failsOtherwise(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return false;
  } catch (error) {
    return !isCutOff(error);
  }
}

/** Alias bombs, duplicate keys and files above 4 MB are refused. @throws ImportError `unreadable`, `file_too_large` */
export function readYaml(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Content {
  const result = parseYamlText(decodeText(bytes, file, warnings));
  if (result.ok) return { kind: 'data', data: result.value.data };
  const [problem] = result.problems;
  throw new ImportError(result.reason === 'too_large' ? 'file_too_large' : 'unreadable', {
    file,
    place: { line: problem?.line ?? 1 },
    detail: `This YAML cannot be read: ${problem?.message ?? 'unknown reason'}.`,
    remedy: 'Correct it at this line; large catalogues come as JSON.',
  });
}
