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
    const message = error instanceof Error ? error.message : '';
    const line = /line (\d+)/.exec(message)?.[1];
    const position = /position (\d+)/.exec(message)?.[1];
    const at =
      line !== undefined
        ? Number(line)
        : position === undefined
          ? undefined
          : text.slice(0, Number(position)).split('\n').length;
    const cut = /Unexpected end|Unterminated/.test(message);
    throw new ImportError(cut ? 'truncated' : 'unreadable', {
      file,
      ...(at === undefined ? {} : { place: { line: at } }),
      detail: cut ? 'The JSON ends in the middle.' : 'This is not valid JSON.',
      remedy: 'Download the file again, or export it anew.',
    });
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
