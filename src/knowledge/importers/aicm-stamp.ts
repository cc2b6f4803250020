/** The version stamp of the matrix's workbook: JSON in the first cell of each data sheet. */
import { aicmRelease } from './aicm-values.ts';
import type { ImportOptions } from './draft.ts';
import { ImportError } from './errors.ts';
import type { ImportWarning, Sheet } from './source.ts';

/** The release named by the JSON stamps in the sheets' first cells, or by `--version`, which wins. */
export function stampedVersion(
  sheets: readonly Sheet[],
  options: ImportOptions,
  file: string,
  warnings: ImportWarning[],
): string {
  const stamps = sheets
    .map((sheet) => ({ sheet: sheet.name, version: stampOf(sheet.rows[0]?.[0] ?? '') }))
    .filter((stamp) => stamp.version !== null);
  const printed = [...new Set(stamps.map((stamp) => stamp.version ?? ''))];
  if (options.version !== null) {
    const given = aicmRelease(options.version, file);
    const other = printed.find((version) => !given.startsWith(version.replace(/^v/i, '')));
    if (other !== undefined)
      warnings.push({
        code: 'version_not_printed',
        place: {},
        detail: `The stamp says ${other}, --version says ${given}.`,
      });
    return given;
  }
  const [version, second] = printed;
  if (version === undefined) {
    throw new ImportError('version_missing', {
      file,
      detail: 'No sheet carries a version stamp in cell A1.',
      remedy: 'Say which release it is with --version, e.g. --version 1.1.1.',
    });
  }
  if (second !== undefined) {
    const detail = `The sheets carry different stamps: ${stamps.map((stamp) => `${stamp.sheet} ${stamp.version}`).join(', ')}.`;
    throw new ImportError('ambiguous_version', { file, detail, remedy: 'Say which release it is with --version.' });
  }
  return aicmRelease(version, file);
}

function stampOf(cell: string): string | null {
  const text = cell.trim();
  if (!text.startsWith('{') || text.length > 10_000) return /\bv?\d+\.\d+(?:\.\d+)?\b/.exec(text)?.[0] ?? null;
  try {
    return versionIn(JSON.parse(text), 0);
  } catch {
    return null;
  }
}

function versionIn(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null || depth > 4) return null;
  const entries = Object.entries(value);
  for (const [key, inner] of entries) {
    if (
      /version|release/i.test(key) &&
      (typeof inner === 'string' || typeof inner === 'number') &&
      /\d/.test(String(inner))
    )
      return String(inner);
  }
  for (const [, inner] of entries) {
    const found = versionIn(inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
