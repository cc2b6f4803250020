/** What the evidence pages are given to show. The wiring reads it from the stores; the pages change nothing. */
import type { AnchorStrength } from '#src/evidence/anchors.ts';
import type { ExportRequest } from '#src/evidence/exports/records.ts';
import type { Disclosure } from '#src/evidence/ports.ts';
import type { Statement } from '#src/evidence/statement.ts';

/** Where the log stands; sequenced >= integrated >= published. */
export type LogStatus = {
  readonly origin: string;
  readonly sequenced: number;
  readonly integrated: number;
  /** `root` in base64, as the checkpoint itself has it. */
  readonly published: { readonly size: number; readonly root: string; readonly signedAt: string } | null;
  /** Verifier keys, the one in use last. */
  readonly vkeys: readonly string[];
  readonly statementKeys: readonly StatementKey[];
  readonly anchors: { readonly strength: AnchorStrength; readonly places: readonly AnchorPlace[] };
  /** Who can reach the signing keys, in words. */
  readonly keysReachableBy: string;
};

export type StatementKey = {
  readonly keyId: string;
  /** Raw Ed25519 key, base64. */
  readonly publicKey: string;
  /** Entry in which the log announced the key; null when it never did. */
  readonly announcedAt: number | null;
  readonly retiredAt: string | null;
};

/** A place outside the database where a checkpoint is kept. */
export type AnchorPlace = { readonly kind: string; readonly place: string; readonly size: number };

/** One entry with what it says; texts are put back where they were not erased. */
export type EntryView = {
  readonly index: number;
  /** Exact leaf bytes. */
  readonly leaf: Uint8Array;
  /** Null for an entry that cannot be read: verification names the reason. */
  readonly statement: Statement | null;
  /** The event's data with its texts. */
  readonly data: unknown;
  /** The texts' salts and values, for checking. */
  readonly texts: readonly Disclosure[];
  /** Whether the latest checkpoint covers it. */
  readonly published: boolean;
};

/** Immutable bytes that a request's entries name by hash. */
export type ObjectRef = { readonly sha256: string; readonly what: string };

/** Everything about one request. */
export type Dossier = {
  /** With texts. */
  readonly request: ExportRequest;
  readonly entries: readonly EntryView[];
  readonly objects: readonly ObjectRef[];
};

export type Register = {
  /** Newest first, without texts. */
  readonly requests: readonly ExportRequest[];
  /** Entries of requests that could not be read. */
  readonly unread: readonly number[];
};

export type DownloadFormat = 'bundle' | 'redacted-bundle' | 'csv' | 'oscal-ar' | 'oscal-poam';

/** Filters of a download, as on the command line; empty strings are left out. */
export type DownloadFilters = Readonly<
  Partial<Record<'from' | 'to' | 'control' | 'request' | 'system' | 'person', string>>
>;

/** A finished file, to be sent and then removed. */
export type Download =
  | {
      readonly ok: true;
      readonly path: string;
      readonly sizeBytes: number;
      readonly contentType: string;
      readonly name: string;
      remove(): Promise<void>;
    }
  | { readonly ok: false; readonly reason: 'busy' | 'nothing' | 'invalid'; readonly words: string };

export type EvidenceReader = {
  status(): Promise<LogStatus>;
  register(): Promise<Register>;
  /** By id or short id; null when there is none. */
  dossier(id: string): Promise<Dossier | null>;
  /** Entries with `from <= index < from + limit`. */
  entries(from: number, limit: number): Promise<readonly EntryView[]>;
  /** The proof file of an entry under the latest checkpoint; null when none covers it. */
  proof(index: number): Promise<string | null>;
  object(sha256: string): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array } | null>;
  /** `Milo Okafor (U0MILO)`, or nothing where nobody is known or the person was erased. */
  names(persons: Iterable<string>): Promise<ReadonlyMap<string, string>>;
  download(format: DownloadFormat, filters: DownloadFilters): Promise<Download>;
  /** The built verification script; null when it was not built. */
  script(): Promise<Uint8Array | null>;
};
