/** The entries of a bundle, read in step with what stands beside them. */
import { hashing, linesOf } from './bundle-files.ts';
import { FILES, parseEntryLine, parseProofLine } from './bundle-format.ts';
import type { SignedHead } from './bundle-history.ts';
import {
  type BundleJob,
  createDisclosureReader,
  createLineCursor,
  createObjectNames,
  readKeys,
} from './bundle-parts.ts';
import type { Checkpoint } from './checkpoint.ts';
import { toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { listingHeader, listingLine } from './exports/csv.ts';
import type { LogEntry } from './ports.ts';
import { type EntryReport, verifyEntries } from './verify-entries.ts';

const PROGRESS_EVERY = 500;

/** How the entries are looked at. */
export type EntryOptions = {
  /** False checks the tree alone: neither statements nor texts nor the listing. Default true. */
  readonly signatures?: boolean;
  /** Told after every 500 entries how many are checked, of as many as the manifest says; awaited. */
  readonly onProgress?: (checked: number, count: number) => Promise<void>;
};

/** What the entries of a bundle came to. */
export type EntriesOutcome = {
  readonly report: EntryReport;
  /** Texts that match their hashes. */
  readonly disclosures: number;
  /** Files beside the entries whose content these bear out. */
  readonly borneOut: readonly string[];
};

/** Checks the entries, their proofs and texts, and the listing, with one entry of each in memory. */
export async function verifyBundleEntries(
  job: BundleJob,
  head: Checkpoint,
  known: readonly SignedHead[],
  options: EntryOptions,
): Promise<EntriesOutcome> {
  const { crypto, source, findings, manifest } = job;
  const treeOnly = options.signatures === false;
  const keys = await readKeys(job);
  const proofs = createLineCursor(source, FILES.proofs, parseProofLine);
  const disclosures = createDisclosureReader(job);
  const listing = crypto.createSha256?.();
  const listingParts: string[] = [];
  const list = (text: string): void => {
    if (listing === undefined) listingParts.push(text);
    else listing.update(new TextEncoder().encode(text));
  };
  list(listingHeader());
  const useProofs = !manifest.complete || (source.files.get(FILES.proofs) ?? 0) > 0;
  const heads: readonly (Checkpoint & Partial<SignedHead>)[] = [...known, head];
  const objects = createObjectNames(source);
  let checked = 0;
  let listable = !treeOnly;
  const report = await verifyEntries(
    crypto,
    {
      entries: readEntries(job),
      complete: manifest.complete,
      events: false,
      keys,
      heads: manifest.complete ? bySize(heads).map((one) => ({ ...one, label: 'checkpoint' })) : [],
      treeOnly,
      ...(useProofs
        ? {
            proofs: {
              size: head.size,
              root: head.root,
              next: async (index: number) => {
                const found = await proofs.at(index);
                return found.length === 1 ? (found[0]?.proof ?? null) : null;
              },
            },
          }
        : {}),
      onEntry: async (index, statement, hidden) => {
        if (statement === null) listable = false;
        else {
          list(listingLine(index, statement));
          objects.see(statement);
        }
        await disclosures.check(index, statement === null ? null : hidden);
        checked += 1;
        if (checked % PROGRESS_EVERY === 0) await options.onProgress?.(checked, manifest.count);
      },
    },
    findings,
  );
  if (manifest.complete && report.entries !== head.size) {
    findings.add('tail_cut', report.entries, `the checkpoint covers ${head.size} entries`);
  }
  const left = await proofs.rest();
  if (left > 0) findings.add('manifest_mismatch', null, `${left} proofs without an entry`);
  const texts = treeOnly ? 0 : await disclosures.end();
  if (
    report.entries !== manifest.count ||
    report.firstIndex !== manifest.firstIndex ||
    report.lastIndex !== manifest.lastIndex
  ) {
    findings.add('manifest_mismatch', null, 'the number of entries, or the first or last index, differ');
  }
  const digest = listing?.digest() ?? (await crypto.sha256(new TextEncoder().encode(listingParts.join(''))));
  const listed = manifest.files.find(({ name }) => name === FILES.listing);
  if (listable && listed !== undefined && listed.sha256 !== toHex(digest)) {
    findings.add('manifest_mismatch', null, 'listing.csv does not say what the entries say');
  }
  const borneOut = treeOnly ? [] : [FILES.disclosures, FILES.listing, ...objects.named];
  return { report, disclosures: texts, borneOut };
}

function bySize<T extends Checkpoint>(heads: readonly T[]): readonly T[] {
  return heads.toSorted((a, b) => a.size - b.size);
}

async function* readEntries({ crypto, source, manifest, findings }: BundleJob): AsyncGenerator<LogEntry> {
  const listed = manifest.files.find(({ name }) => name === FILES.entries);
  const chunks = hashing(crypto, source.stream(FILES.entries), (sha256) => {
    if (listed?.sha256 !== sha256) findings.add('file_mismatch', null, FILES.entries);
  });
  let lines = 0;
  for await (const line of linesOf(chunks)) {
    lines += 1;
    yield entryOf(line, lines, manifest.complete);
  }
}

/** In a whole log the n-th line is the entry n - 1, also when it cannot be read. */
function entryOf(line: string, number: number, complete: boolean): LogEntry {
  try {
    return parseEntryLine(line);
  } catch (cause) {
    const at = complete ? { index: number - 1, cause } : { cause };
    throw new EvidenceError('bundle_invalid', `${FILES.entries}, line ${number}: a line of another form`, at);
  }
}
