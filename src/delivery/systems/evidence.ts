/** The desk of captured evidence files: stored by hash, attested by a role holder who did not bring them. */

import { createHash } from 'node:crypto';
import { systemsOf } from '#src/approvals/document-facts.ts';
import type { Roster } from '#src/approvals/types.ts';
import {
  applyFile,
  type Capture,
  captureSchema,
  departures,
  type EvidenceFile,
  FILE_BYTES_MAX,
  FILE_HIDDEN,
  type FileEvent,
  fileFlaw,
  fileTypeOf,
  type Reach,
  wordFlaw,
  wordsFor,
} from '#src/systems/evidence-files.ts';
import type { FileFlawOf } from '../requests/desk.ts';
import type { RecordRow } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

export type EvidenceDeskDeps = StreamDeps & { readonly roster: () => Promise<Roster> };

export type EvidenceRefusal =
  | 'empty'
  | 'too_large'
  | 'type_not_taken'
  | 'invalid'
  | 'unknown_file'
  | 'withdrawn'
  | 'own_file'
  | 'role_missing'
  | 'already_attested'
  | 'kept_otherwise';

export type EvidenceResult =
  | { readonly ok: true; readonly file: EvidenceFile; readonly entry: number | null }
  | { readonly ok: false; readonly reason: EvidenceRefusal; readonly detail: readonly string[] };

/** What people read when a file is not kept, or nobody's word for it is taken. */
export const FILE_REFUSALS: Readonly<Record<EvidenceRefusal, string>> = {
  empty: 'The file is empty.',
  too_large: 'The file is larger than 5 MB.',
  type_not_taken: 'Files of this type are not taken: give PDF, PNG, JPEG, an office file, JSON, or plain text.',
  invalid: 'Something stated about the file cannot be used',
  unknown_file: 'No file with this sha256 was captured.',
  withdrawn: 'This file was withdrawn.',
  own_file: 'Whoever brought a file does not stand for it.',
  role_missing: 'This person does not hold that role now',
  already_attested: 'You stand for this file already, for just that.',
  kept_otherwise: 'The same file is kept already and something else is stated of it; it stays as it is',
};

type By = { readonly person: string; readonly commandId: string };

export type EvidenceDesk = {
  read(sha256: string): Promise<EvidenceFile | null>;
  /**
   * Keeps the bytes and what is said about them. The same bytes are one file, whoever brings them: another statement
   * about them is refused while the first holds, and takes its place once that was withdrawn or has ended.
   */
  capture(bytes: Uint8Array, about: Capture, by: By): Promise<EvidenceResult>;
  /**
   * Somebody with a role stands for the file; never who brought it. The first does so for what it was captured for, and
   * for `reach`; everybody after that for `reach` alone, which extends the file to other systems.
   */
  attest(sha256: string, role: string, reach: Reach, by: By): Promise<EvidenceResult>;
  withdraw(sha256: string, reason: string, by: By): Promise<EvidenceResult>;
};

const NO_REACH = 'for which systems; name them, or say that it is for the whole organisation';
const NOBODY: { readonly role?: undefined; readonly assignment?: undefined } = {};
const streamOf = (sha256: string): string => `file:${sha256}`;
const refuse = (reason: EvidenceRefusal, ...detail: readonly string[]): EvidenceResult => ({
  ok: false,
  reason,
  detail,
});

/** Makes the desk. Throws CommitError and what the ledger throws. */
export function createEvidenceDesk(deps: EvidenceDeskDeps): EvidenceDesk {
  const read = fileReader(deps.ledger);
  const act = (
    sha256: string,
    by: By,
    kind: string,
    decide: (file: EvidenceFile | null, at: Date) => Promise<FileEvent | EvidenceResult>,
    bytes?: Uint8Array,
  ): Promise<EvidenceResult> =>
    onStream<EvidenceResult>(
      deps,
      { stream: streamOf(sha256), actor: by.person, commandId: by.commandId, commandKind: kind },
      async (events, at) => {
        const before = foldFile(events);
        const event = await decide(before, at);
        if ('ok' in event) return { kind: 'settled', result: event };
        const file = applyFile(before, event, { at, actor: by.person });
        if (file === null) return { kind: 'settled', result: refuse('unknown_file') };
        const { role, assignment } = 'role' in event.data ? event.data : NOBODY;
        return {
          kind: 'commit',
          drafts: [
            {
              type: event.type,
              data: event.data,
              hide: FILE_HIDDEN[event.type],
              artefacts: [{ name: `evidence ${file.kind}`, sha256 }],
              ...(role === undefined ? {} : { role, assignment }),
            },
          ],
          records: [rowOfFile(file)],
          objects: bytes === undefined ? [] : [{ sha256, mediaType: file.type, bytes }],
          result: (entry) => ({ ok: true, file, entry }),
        };
      },
      async () => {
        const file = await read(sha256);
        return file === null ? refuse('unknown_file') : { ok: true, file, entry: null };
      },
    );
  return {
    read,
    async capture(bytes, about, by) {
      if (bytes.byteLength === 0) return refuse('empty');
      if (bytes.byteLength > FILE_BYTES_MAX) return refuse('too_large', String(FILE_BYTES_MAX));
      const type = fileTypeOf(bytes);
      if (type === null) return refuse('type_not_taken');
      const parsed = captureSchema.safeParse(about);
      if (!parsed.success) return refuse('invalid', parsed.error.issues[0]?.path.join('.') ?? '');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const data = { ...parsed.data, sha256, type, sizeBytes: bytes.byteLength };
      const decide = async (known: EvidenceFile | null, at: Date): Promise<FileEvent | EvidenceResult> => {
        const other = known === null ? null : departures(known, parsed.data, at);
        if (known === null || other === null) return { type: 'file.captured', data };
        return other.length === 0 ? { ok: true, file: known, entry: null } : refuse('kept_otherwise', ...other);
      };
      return act(sha256, by, 'file.capture', decide, bytes);
    },
    attest: (sha256, role, said, by) =>
      act(sha256, by, 'file.attest', async (file) => {
        if (file === null) return refuse('unknown_file');
        const flaw = wordFlaw(file, by.person, said);
        if (flaw !== null) return refuse(flaw, ...(flaw === 'invalid' ? [NO_REACH] : []));
        const { assignments } = await deps.roster();
        const held = assignments.find((a) => a.person === by.person && a.role === role && a.basis === 'holder');
        if (held === undefined) return refuse('role_missing', role);
        const data = { sha256, role, assignment: held.id, ...said };
        return { type: file.attested === null ? 'file.attested' : 'file.extended', data };
      }),
    withdraw: (sha256, reason, by) =>
      act(sha256, by, 'file.withdraw', async (file) => {
        if (file === null) return refuse('unknown_file');
        if (file.withdrawn) return refuse('withdrawn');
        if (reason.trim() === '' || reason.length > 1_000) return refuse('invalid', 'reason');
        const answerable = [file.capturedBy, ...wordsFor(file).map((word) => word.by)];
        if (!answerable.includes(by.person)) return refuse('role_missing');
        return { type: 'file.withdrawn', data: { sha256, reason } };
      }),
  };
}

/** Reads a captured file by its sha256; null when there is none. */
export function fileReader(ledger: StreamDeps['ledger']): (sha256: string) => Promise<EvidenceFile | null> {
  return async (sha256) => foldFile(await readEvents(ledger, streamOf(sha256)));
}

/** Says of a captured file whether it serves a request, from the file's own stream. */
export function fileFlawFrom(ledger: StreamDeps['ledger']): FileFlawOf {
  const fileOf = fileReader(ledger);
  return async ({ sha256, item, document, excluded, at }) => {
    const file = await fileOf(sha256);
    const { kind, url, date } = item;
    return fileFlaw(file, { kinds: [kind], systems: systemsOf(document), url, date, excluded, now: at });
  };
}

/** The row of a file, without where it was read. */
export function rowOfFile(file: EvidenceFile): RecordRow {
  const { sha256, kind, eventCount, source: _, ...state } = file;
  const status = file.withdrawn ? 'withdrawn' : file.attested === null ? 'captured' : 'attested';
  return { kind: 'evidence-file', id: sha256, parent: kind, status, version: eventCount, state };
}

/** State of a file's stream. */
export function foldFile(events: readonly StreamEvent[]): EvidenceFile | null {
  return events.reduce<EvidenceFile | null>(
    (file, { type, data, at, actor }) =>
      Object.hasOwn(FILE_HIDDEN, type) ? applyFile(file, { type, data } as FileEvent, { at, actor }) : file,
    null,
  );
}
