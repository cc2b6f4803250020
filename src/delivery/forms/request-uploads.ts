/**
 * Files that were uploaded with a form: which piece of evidence each is, what is said about it, and how it becomes the
 * line that the parser takes. A field `file.<kind>` holds `<file id> <bytes>`; its date stands in `evidence.<kind>`.
 */
import { parseMoment } from '#src/approvals/duration.ts';
import { FILE_BYTES_MAX } from '#src/systems/evidence-files.ts';
import { type FieldErrors, type FormValues, many, one, text } from './form-values.ts';

/** What somebody writes beside an upload: `2026-01-31 until 2027-01-31 v2`. Times are ISO. */
export type FileAbout = { readonly date: string; readonly validUntil: string | null; readonly version: string };

export type NamedUpload = {
  readonly kind: string;
  readonly id: string;
  readonly sizeBytes: number;
  /** Null where no date stands beside it. */
  readonly about: FileAbout | null;
};

const PREFIX = 'file.';
const UPLOAD = /^(F[A-Z0-9]{2,30}) (\d{1,15})$/;

/** An upload as a form's value holds it. */
export function uploadValue(file: { readonly id: string; readonly size: number }): string {
  return `${file.id} ${file.size}`;
}

/** The uploads of a value, in order; whatever is none is left out. */
export function uploadsOf(value: readonly string[]): readonly Pick<NamedUpload, 'id' | 'sizeBytes'>[] {
  return value.flatMap((one) => {
    const [, id, size] = UPLOAD.exec(one) ?? [];
    return id === undefined ? [] : [{ id, sizeBytes: Number(size) }];
  });
}

/** One upload a piece of evidence. */
export function uploadsIn(values: FormValues): readonly NamedUpload[] {
  return Object.keys(values).flatMap((field) => {
    const [upload] = field.startsWith(PREFIX) ? uploadsOf(many(values, field)) : [];
    if (upload === undefined) return [];
    const kind = field.slice(PREFIX.length);
    return [{ kind, ...upload, about: aboutIn(text(values, `evidence.${kind}`)) }];
  });
}

/** Date, end and version in what was written; null without a date that is one. */
function aboutIn(written: string): FileAbout | null {
  const until = /\buntil\s+(\d{4}-\d{2}-\d{2})/i.exec(written)?.[1];
  const rest = written.replace(/\buntil\s+\S+/i, ' ').replace(/https?:\/\/\S+/g, ' ');
  const date = parseMoment(/\d{4}-\d{2}-\d{2}/.exec(rest)?.[0] ?? '');
  const validUntil = until === undefined ? null : parseMoment(until);
  if (date === null || (until !== undefined && validUntil === null)) return null;
  return { date, validUntil, version: /(?:^|\s)v(?:ersion)?\s*([\w.-]{1,30})/i.exec(rest)?.[1] ?? '1' };
}

const TOO_LARGE = `Upload a file of at most ${FILE_BYTES_MAX / 1_048_576} MB.`;
const WHICH_DATE = 'Choose the date that the document bears.';
const WRITE_DATE = 'Write the date of the uploaded document: 2026-01-31, or 2026-01-31 until 2027-01-31 v2.';

/** What can be said before a file is fetched: it is too large, or nobody wrote its date. */
export function uploadErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  for (const { kind, sizeBytes, about } of uploadsIn(values)) {
    if (sizeBytes > FILE_BYTES_MAX) errors[`file.${kind}`] = TOO_LARGE;
    if (about === null) errors[`evidence.${kind}`] = WRITE_DATE;
  }
  return errors;
}

/**
 * The values with a line for each upload: its address and its date. `addressOf` says where it is kept, null for one
 * that is not kept: its piece is then left as if nothing had been given.
 */
export function withAddresses(values: FormValues, addressOf: (upload: NamedUpload) => string | null): FormValues {
  const lines = uploadsIn(values).map((upload) => {
    const address = addressOf(upload);
    const line = address === null || upload.about === null ? null : `${address} ${upload.about.date.slice(0, 10)}`;
    return [`evidence.${upload.kind}`, line] as const;
  });
  return { ...values, ...Object.fromEntries(lines) };
}

/** What is missing in the form that adds evidence. A file that came from a message has no field of its own. */
export function addEvidenceErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  const [upload] = uploadsOf(many(values, 'upload'));
  if ('upload' in values && upload === undefined) errors['upload'] = 'Upload the document.';
  if (upload !== undefined && upload.sizeBytes > FILE_BYTES_MAX) errors['upload'] = TOO_LARGE;
  if (one(values, 'date') === null) errors['date'] = WHICH_DATE;
  if (one(values, 'kind') === null) errors['kind'] = 'Choose what it is.';
  return errors;
}

/** What is missing in the form that gives evidence for a condition: a file with its date, or an address. */
export function conditionEvidenceErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  const [upload] = uploadsOf(many(values, 'upload'));
  const url = text(values, 'url');
  if (upload !== undefined && url !== '') errors['url'] = 'Give the file or an address, not both.';
  else if (upload === undefined && !/^https?:\/\/\S+$/i.test(url))
    errors['url'] = 'Upload the file, or write an address that starts with https://.';
  if (upload !== undefined && upload.sizeBytes > FILE_BYTES_MAX) errors['upload'] = TOO_LARGE;
  if (upload !== undefined && one(values, 'date') === null) errors['date'] = WHICH_DATE;
  return errors;
}

/** What is missing in the form that brings a table. */
export function tableErrors(values: FormValues): FieldErrors {
  return broughtErrors(values, 'Upload the table, saved as CSV.', { table: 'Choose what the table lists.' });
}

/** What is missing in the form that brings a document. */
export function documentErrors(values: FormValues): FieldErrors {
  return broughtErrors(values, 'Upload the document.', { kind: 'Choose what the file is.' });
}

function broughtErrors(values: FormValues, upload: string, choice: FieldErrors): FieldErrors {
  const [brought] = uploadsOf(many(values, 'upload'));
  const wrong = brought === undefined ? upload : brought.sizeBytes > FILE_BYTES_MAX ? TOO_LARGE : null;
  const missing = Object.entries(choice).filter(([field]) => one(values, field) === null);
  return { ...Object.fromEntries(missing), ...(wrong === null ? {} : { upload: wrong }) };
}
