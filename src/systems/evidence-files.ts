/**
 * Captured evidence: a file kept under its sha256, with what it is, from when to when it holds, and who stands for it.
 * A bare link is only asserted. Files are stored, hashed and handed back as downloads; nothing in them is ever run or
 * shown as a page.
 */
import { z } from 'zod';
import { text } from './fields.ts';

/** Largest file, in bytes. */
export const FILE_BYTES_MAX = 5 * 1024 * 1024;

/** A kind as people read it: `risk-assessment` is "risk assessment". */
export function evidenceKindWords(kind: string): string {
  return kind.replace(/-/g, ' ');
}

export const FILE_TYPES = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/zip': 'docx, xlsx or zip',
  'application/json': 'json',
  'text/plain': 'txt, md or csv',
} as const;
export type FileType = keyof typeof FILE_TYPES;

const HEADS: readonly (readonly [FileType, readonly number[]])[] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['application/zip', [0x50, 0x4b, 0x03, 0x04]],
];

/**
 * What a file is, by its content and never by its name; null for what is not taken. Text must be UTF-8 without control
 * characters, and must not begin like a page or a script that a browser could be made to run.
 */
export function fileTypeOf(bytes: Uint8Array): FileType | null {
  for (const [type, head] of HEADS) if (head.every((byte, index) => bytes[index] === byte)) return type;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/.test(text)) return null;
  if (/^\s*(<!doctype|<!--|<html|<head|<body|<iframe|<svg|<\?xml|<script|#!)/i.test(text)) return null;
  try {
    JSON.parse(text);
    return 'application/json';
  } catch {
    return 'text/plain';
  }
}

const moment = z.iso.datetime();

/** What is said about a file when it is captured. */
export const captureSchema = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'a kind such as risk-assessment'),
  title: text(120),
  version: text(60),
  /** Time of the document itself. */
  date: moment,
  /** Time until which it holds; null: as long as the policy's age allows. */
  validUntil: moment.nullable(),
  /** Systems it is about; empty: any. */
  systems: z.array(text(120)).max(20),
  /** Address at which it was read; a request that names the file gives this address and no other. */
  source: z.string().max(400).nullable(),
});
export type Capture = z.infer<typeof captureSchema>;

export type EvidenceFile = Omit<Capture, 'title'> & {
  readonly sha256: string;
  readonly type: FileType;
  readonly sizeBytes: number;
  readonly capturedBy: string;
  readonly capturedAt: string;
  /** Who stands for it, in which role; null while nobody does. */
  readonly attested: { readonly by: string; readonly role: string; readonly at: string } | null;
  readonly withdrawn: boolean;
  readonly eventCount: number;
};

type Authority = { readonly role: string; readonly assignment: string };

export type FileEvent =
  | {
      readonly type: 'file.captured';
      readonly data: Capture & { readonly sha256: string; readonly type: FileType; readonly sizeBytes: number };
    }
  | { readonly type: 'file.attested'; readonly data: Authority & { readonly sha256: string } }
  | { readonly type: 'file.withdrawn'; readonly data: { readonly sha256: string; readonly reason: string } };

/** Fields that the log hides. */
export const FILE_HIDDEN: Readonly<Record<FileEvent['type'], readonly string[]>> = {
  'file.captured': ['title', 'source'],
  'file.attested': [],
  'file.withdrawn': ['reason'],
};

/** State after one event; null before the first. A file that is captured anew is stood for by nobody. */
export function applyFile(
  state: EvidenceFile | null,
  event: FileEvent,
  { at, actor }: { readonly at: Date; readonly actor: string },
): EvidenceFile | null {
  if (event.type === 'file.captured') {
    const { title: _, source: told, ...data } = event.data;
    // What was erased is no text any more.
    const source = typeof told === 'string' ? told : null;
    const eventCount = (state?.eventCount ?? 0) + 1;
    const capturedAt = at.toISOString();
    return { ...data, source, capturedBy: actor, capturedAt, attested: null, withdrawn: false, eventCount };
  }
  if (state === null) return null;
  const next = { ...state, eventCount: state.eventCount + 1 };
  if (event.type === 'file.withdrawn') return { ...next, withdrawn: true };
  return { ...next, attested: { by: actor, role: event.data.role, at: at.toISOString() } };
}

/** Whether the time until which a file holds is over. */
function hasEnded({ validUntil }: Pick<EvidenceFile, 'validUntil'>, now: Date): boolean {
  return validUntil !== null && Date.parse(validUntil) < now.getTime();
}

const dayOf = (moment: string | null): string | null => moment?.slice(0, 10) ?? null;

/**
 * In what a new capture of the same bytes departs from the one that stands, by field; null when it takes its place,
 * because the old one was withdrawn or has ended.
 */
export function departures(file: EvidenceFile, said: Capture, now: Date): readonly string[] | null {
  if (file.withdrawn || hasEnded(file, now)) return null;
  const systems = (of: readonly string[]): string => JSON.stringify([...of].sort());
  const same = {
    kind: file.kind === said.kind,
    version: file.version === said.version,
    date: dayOf(file.date) === dayOf(said.date),
    'valid until': dayOf(file.validUntil) === dayOf(said.validUntil),
    systems: systems(file.systems) === systems(said.systems),
  };
  return Object.entries(same).flatMap(([field, isSame]) => (isSame ? [] : [field]));
}

export type FileFlaw =
  | 'unknown'
  | 'withdrawn'
  | 'other_kind'
  | 'ended'
  | 'not_attested'
  | 'attested_by_requester'
  | 'other_system'
  | 'other_address'
  | 'other_date';

/**
 * Why a file does not serve as evidence of a request; null when it does.
 * What was captured decides, never what is typed beside it: the request gives the file's own address and day.
 * @param systems all that the request is about: the file must be about each
 * @param url as the request gives it, also with `#sha256=` and the hash behind it
 * @param date as the request gives it; null states nothing
 * @param excluded requester, owner and submitter: they do not stand for their own evidence (rule 2)
 */
export function fileFlaw(
  file: EvidenceFile | null,
  about: {
    readonly kinds: readonly string[];
    readonly systems: readonly string[];
    readonly url: string;
    readonly date: string | null;
    readonly excluded: readonly string[];
    readonly now: Date;
  },
): FileFlaw | null {
  if (file === null) return 'unknown';
  if (file.withdrawn) return 'withdrawn';
  if (!about.kinds.includes(file.kind)) return 'other_kind';
  if (file.systems.length > 0 && !about.systems.every((one) => file.systems.includes(one))) return 'other_system';
  if (file.source !== about.url.replace(/#sha256=[0-9a-f]{64}$/, '')) return 'other_address';
  if (about.date !== null && dayOf(about.date) !== dayOf(file.date)) return 'other_date';
  if (hasEnded(file, about.now)) return 'ended';
  if (file.attested === null) return 'not_attested';
  return about.excluded.includes(file.attested.by) ? 'attested_by_requester' : null;
}
