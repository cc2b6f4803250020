/** The one error class of reading and importing files. */
import { type Place, placeText } from './source.ts';

export type ImportErrorCode =
  | 'ambiguous_id'
  | 'ambiguous_version'
  | 'archive_bomb'
  | 'columns_missing'
  | 'encoding'
  | 'file_too_large'
  | 'file_unreadable'
  | 'id_missing'
  | 'kind_mismatch'
  | 'mislabelled'
  | 'no_items'
  | 'no_text'
  | 'password_protected'
  | 'too_many_items'
  | 'truncated'
  | 'unreadable'
  | 'unsupported_format'
  | 'version_missing';

/** A file that cannot be imported. The library in force is untouched when this is thrown. */
export class ImportError extends Error {
  readonly code: ImportErrorCode;
  /** Base name of the file. */
  readonly file: string;
  readonly place: Place;
  /** What was found, for a person. */
  readonly detail: string;
  /** What to do next, for a person. */
  readonly remedy: string;

  constructor(code: ImportErrorCode, at: { file: string; place?: Place; detail: string; remedy: string }) {
    const place = placeText(at.place ?? {});
    super(`${at.file}${place === '' ? '' : ` (${place})`}: ${at.detail}`);
    this.name = 'ImportError';
    this.code = code;
    this.file = at.file;
    this.place = at.place ?? {};
    this.detail = at.detail;
    this.remedy = at.remedy;
  }
}
