/**
 * Captured evidence: a file kept under its sha256, with what it is, from when to when it holds, and who stands for it.
 * A bare link is only asserted. Files are stored, hashed and handed back as downloads; nothing in them is ever run or
 * shown as a page.
 */
import { z } from 'zod';
import { text } from './fields.ts';

/** Largest file, in bytes. */
export const FILE_BYTES_MAX = 5 * 1024 * 1024;

/** Kind of a file that is given for a condition of an approval. */
export const CONDITION_EVIDENCE = 'condition-evidence';

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
const systemNames = z.array(text(120)).max(20);

/** What is said about a file when it is captured. */
export const captureSchema = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'a kind such as risk-assessment'),
  title: text(120),
  version: text(60),
  /** Time of the document itself. */
  date: moment,
  /** Time until which it holds; null: as long as the policy's age allows. */
  validUntil: moment.nullable(),
  /** Systems it is about, as whoever brings it says; none: whoever stands for it says for what. */
  systems: systemNames,
  /** Address at which it was read; a request that names the file gives this address and no other. */
  source: z.string().max(400).nullable(),
});
export type Capture = z.infer<typeof captureSchema>;

/** For what somebody stands for a file: systems by name, or the whole organisation by an express choice. */
export const reachSchema = z.strictObject({ systems: systemNames, organisation: z.boolean() });
export type Reach = z.infer<typeof reachSchema>;

/** Somebody's word for a file. Those from before a reach was said carry none. */
type Word = Partial<Reach> & { readonly by: string; readonly role: string; readonly at: string };

export type EvidenceFile = Omit<Capture, 'title'> & {
  readonly sha256: string;
  readonly type: FileType;
  readonly sizeBytes: number;
  readonly capturedBy: string;
  readonly capturedAt: string;
  /** Who stands for it first, for what it was captured for and more where said; null while nobody does. */
  readonly attested: Word | null;
  /** Who stands for it for other systems since; left out where nobody does. */
  readonly extended?: readonly Word[];
  readonly withdrawn: boolean;
  readonly eventCount: number;
};

type Authority = { readonly role: string; readonly assignment: string };

export type FileEvent =
  | {
      readonly type: 'file.captured';
      readonly data: Capture & { readonly sha256: string; readonly type: FileType; readonly sizeBytes: number };
    }
  | { readonly type: 'file.attested'; readonly data: Authority & Partial<Reach> & { readonly sha256: string } }
  | { readonly type: 'file.extended'; readonly data: Authority & Reach & { readonly sha256: string } }
  | { readonly type: 'file.withdrawn'; readonly data: { readonly sha256: string; readonly reason: string } };

/** Fields that the log hides. */
export const FILE_HIDDEN: Readonly<Record<FileEvent['type'], readonly string[]>> = {
  'file.captured': ['title', 'source'],
  'file.attested': [],
  'file.extended': [],
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
  if (event.type === 'file.withdrawn') {
    // Who extended the file takes back that word alone: it serves others by the word of others.
    const isItsOwn = actor === state.capturedBy || actor === state.attested?.by;
    return isItsOwn
      ? { ...next, withdrawn: true }
      : { ...next, extended: (state.extended ?? []).filter(({ by }) => by !== actor) };
  }
  const { role, systems, organisation } = event.data;
  const reach = systems === undefined || organisation === undefined ? {} : { systems, organisation };
  const word: Word = { by: actor, role, at: at.toISOString(), ...reach };
  return event.type === 'file.attested'
    ? { ...next, attested: word }
    : { ...next, extended: [...(state.extended ?? []), word] };
}

/**
 * Everybody's word for a file, with what it reaches. The first stands for what the file was captured for as well; from
 * before a reach was said, a file without systems was stood for as it then served: the whole organisation.
 */
export function wordsFor({ attested, extended = [], systems }: EvidenceFile): readonly (Word & Reach)[] {
  if (attested === null) return [];
  const first = {
    ...attested,
    systems: [...new Set([...systems, ...(attested.systems ?? [])])],
    organisation: attested.organisation ?? systems.length === 0,
  };
  return [
    first,
    ...extended.map((word) => ({ ...word, systems: word.systems ?? [], organisation: word.organisation === true })),
  ];
}

/** Whether words reach all that is wanted; what is about no system by name wants a word for the whole organisation. */
function reaches(words: readonly Reach[], wanted: readonly string[]): boolean {
  if (words.some(({ organisation }) => organisation)) return true;
  const named = words.flatMap(({ systems }) => systems);
  return wanted.length > 0 && wanted.every((one) => named.includes(one));
}

/** Why a person's word for a file is not taken, whatever roles that person holds; null when it is. */
export function wordFlaw(
  file: EvidenceFile,
  person: string,
  said: Reach,
): 'withdrawn' | 'own_file' | 'already_attested' | 'invalid' | null {
  if (file.withdrawn) return 'withdrawn';
  if (file.capturedBy === person) return 'own_file';
  const { systems, organisation } = said;
  const forIt = file.attested === null && file.systems.length > 0;
  // A word for nothing would look like one for everything.
  if (!reachSchema.safeParse(said).success || !(organisation || systems.length > 0 || forIt)) return 'invalid';
  const own = wordsFor(file).filter(({ by }) => by === person);
  return own.length > 0 && reaches(own, organisation ? [] : systems) ? 'already_attested' : null;
}

/** Whether the time until which a file holds is over. */
function hasEnded({ validUntil }: Pick<EvidenceFile, 'validUntil'>, now: Date): boolean {
  return validUntil !== null && Date.parse(validUntil) < now.getTime();
}

const dayOf = (moment: string | null): string | null => moment?.slice(0, 10) ?? null;

/**
 * In what a new capture of the same bytes departs from the one that stands, by field; null when it takes its place,
 * because the old one was withdrawn or has ended. Other systems are no departure: whoever stands for the file says for
 * what.
 */
export function departures(file: EvidenceFile, said: Capture, now: Date): readonly string[] | null {
  if (file.withdrawn || hasEnded(file, now)) return null;
  const same = {
    kind: file.kind === said.kind,
    version: file.version === said.version,
    date: dayOf(file.date) === dayOf(said.date),
    'valid until': dayOf(file.validUntil) === dayOf(said.validUntil),
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
 * What was captured decides, never what is typed beside it: the request gives the file's own address and day. For which
 * systems it serves is said by whoever stands for it.
 * @param systems all that the request is about; none: the whole organisation
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
  if (file.source !== about.url.replace(/#sha256=[0-9a-f]{64}$/, '')) return 'other_address';
  if (about.date !== null && dayOf(about.date) !== dayOf(file.date)) return 'other_date';
  if (hasEnded(file, about.now)) return 'ended';
  const words = wordsFor(file);
  if (words.length === 0) return 'not_attested';
  const others = words.filter(({ by }) => !about.excluded.includes(by));
  if (others.length === 0) return 'attested_by_requester';
  return reaches(others, about.systems) ? null : 'other_system';
}
