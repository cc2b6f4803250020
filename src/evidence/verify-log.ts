/** Verification of the stored log: every entry, every published checkpoint, every anchor, every disclosure. */

import { type Anchor, type AnchorResult, checkAnnounced, checkpointFinding, keyIdsOf, openAnchors } from './anchors.ts';
import type { AnnouncedKeys } from './announced-keys.ts';
import type { ExpectedHead } from './check-heads.ts';
import { type Checkpoint, openCheckpoint, verifyCosignatures } from './checkpoint.ts';
import { disclosureMatches } from './disclose.ts';
import { equalBytes, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { createFindingList, type Finding, type FindingList, type Verdict, verdictOf } from './findings.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './note.ts';
import type { Crypto, KnownKey, LogEntry, LogReader, RecordedKey, StoredCheckpoint } from './ports.ts';
import { verifyEntries } from './verify-entries.ts';
import { tileHashes, verifyUpperTiles } from './verify-tiles.ts';

/** What a verification found. `findings` holds the first 1,000. */
export type VerificationReport = {
  readonly verdict: Verdict;
  readonly origin: string;
  /** Entries read. */
  readonly entries: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  /** The checkpoint everything was held against; null before the first. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
  /** Entries committed and in order, but not under a signed checkpoint yet. */
  readonly unpublished: number;
  readonly signaturesChecked: number;
  readonly checkpointsChecked: number;
  /** Checkpoints among them that a given witness cosigned; its cosignatures are verified anew. */
  readonly checkpointsCosigned: number;
  readonly disclosuresChecked: number;
  readonly disclosuresErased: number;
  /** State rows compared with the events that made them; null when they were not looked at. */
  readonly rowsCompared: number | null;
  readonly anchors: readonly AnchorResult[];
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
};

export type VerifyLogOptions = {
  /** Verifier keys that the verifier brought along (`--vkey`, or the key file beside the database). */
  readonly trusted?: readonly string[];
  readonly anchors?: readonly Anchor[];
  /** What was signed last in this place, as it was remembered outside the database; null where nothing was. */
  readonly signedHere?: Checkpoint | null;
  /** Verifier keys of witnesses (type 4) whose stored cosignatures are verified anew. */
  readonly witnesses?: readonly string[];
  /** False checks the tree alone, without looking into the entries. Default true. */
  readonly signatures?: boolean;
  readonly onProgress?: (entries: number, of: number) => void;
  /** Compares the state rows with the events, which this room knows nothing of; adds its findings. */
  readonly state?: (findings: FindingList) => Promise<{ readonly rows: number }>;
};

const PAGE = 1_000;

type Job = {
  readonly crypto: Crypto;
  readonly store: LogReader;
  readonly options: VerifyLogOptions;
  readonly findings: FindingList;
  readonly origin: string;
  /** Keys the database itself names: good for consistency, no proof of who. */
  readonly ownKeys: readonly VerifierKey[];
  readonly trusted: readonly VerifierKey[];
  readonly witnesses: readonly VerifierKey[];
  readonly size: number;
};

/** Verifies the whole stored log, reading 1,000 entries at a time. Throws `vkey_invalid` for a bad trusted key. */
export async function verifyLog(
  crypto: Crypto,
  store: LogReader,
  options: VerifyLogOptions = {},
): Promise<VerificationReport> {
  const findings = createFindingList();
  // One after the other: the store may be a single connection.
  const origin = await store.origin();
  const recorded = await store.readKeys();
  const size = await store.sequencedSize();
  const ownKeys: VerifierKey[] = [];
  for (const key of recorded.filter(({ purpose }) => purpose === 'checkpoint')) {
    ownKeys.push(await parseVerifierKey(crypto, await formatVerifierKey(crypto, origin, key.publicKey)));
  }
  const trusted: VerifierKey[] = [];
  for (const text of options.trusted ?? []) trusted.push(await parseVerifierKey(crypto, text));
  const witnesses = await Promise.all((options.witnesses ?? []).map((text) => parseVerifierKey(crypto, text)));
  const job: Job = { crypto, store, options, findings, origin, ownKeys, trusted, witnesses, size };
  const keys = new Map<string, KnownKey>(recorded.filter((k) => k.purpose === 'statement').map((k) => [k.keyId, k]));

  const newest = await store.latestCheckpoint();
  const latest = await openLatest(job, newest);
  const allKeys = [...ownKeys, ...trusted];
  const anchors = await openAnchors(crypto, options.anchors ?? [], allKeys, origin, findings);
  const counter = { checkpoints: 0, cosigned: 0 };
  const disclosures = createDisclosureChecker(job);
  const tree = await store.readTree();
  const { signedHere } = options;
  const report = await verifyEntries(
    crypto,
    {
      entries: pageEntries(job),
      complete: true,
      events: true,
      keys,
      treeOnly: options.signatures === false,
      heads: mergeHeads(publishedHeads(job, counter, newest?.size ?? 0), [
        ...anchors.map(({ name, checkpoint, signedBy }) => ({ ...checkpoint, label: `anchor ${name}`, signedBy })),
        ...(signedHere?.origin === origin ? [{ ...signedHere, label: 'the last checkpoint signed here' }] : []),
        { ...tree, label: 'integrated tree' },
      ]),
      tileHash: tileHashes(store, tree.size),
      onEntry: (index, _statement, hidden) => disclosures.add(index, hidden),
    },
    findings,
  );
  await verifyUpperTiles(crypto, store, tree.size, findings);
  const { checked, erased } = await disclosures.flush();
  if (latest !== null) await checkAnnounced(crypto, latest.signedBy, report, findings);
  checkRecorded(recorded, report.announced, findings);
  for (const stray of await store.readStrayEvents(PAGE)) {
    findings.add('event_without_entry', null, `event ${stray.id} (${stray.type} in ${stray.stream}) has no entry`);
  }
  const rowsCompared = (await options.state?.(findings))?.rows ?? null;
  if (report.entries < size) findings.add('tail_cut', report.entries, `${size} entries were committed`);
  const matched = new Set(report.headsMatched);
  return {
    verdict: verdictOf(findings.total(), latest?.proven === true),
    origin,
    entries: report.entries,
    firstIndex: report.firstIndex,
    lastIndex: report.lastIndex,
    checkpoint: latest === null ? null : { size: latest.checkpoint.size, root: toHex(latest.checkpoint.root) },
    unpublished: Math.max(0, report.entries - (latest?.checkpoint.size ?? 0)),
    signaturesChecked: report.signaturesChecked,
    checkpointsChecked: counter.checkpoints,
    checkpointsCosigned: counter.cosigned,
    disclosuresChecked: checked,
    disclosuresErased: erased,
    rowsCompared,
    anchors: (options.anchors ?? []).map(({ name }) => ({
      name,
      size: anchors.find((anchor) => anchor.name === name)?.checkpoint.size ?? null,
      result: matched.has(`anchor ${name}`) ? 'consistent' : 'refused',
    })),
    findings: findings.kept,
    findingsTotal: findings.total(),
  };
}

type Latest = { readonly checkpoint: Checkpoint; readonly signedBy: readonly VerifierKey[]; readonly proven: boolean };

async function openLatest(job: Job, stored: StoredCheckpoint | null): Promise<Latest | null> {
  if (stored === null) return null;
  const { crypto, origin, trusted, ownKeys } = job;
  const keys = trusted.length > 0 ? trusted : ownKeys;
  try {
    const opened = await openCheckpoint(crypto, stored.note, keys, origin);
    // Under a checkpoint of nothing there is not even the entry that names the log's keys.
    return { ...opened, proven: trusted.length > 0 && opened.checkpoint.size > 0 };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    job.findings.add(checkpointFinding(error), null, `latest checkpoint: ${error.message}`);
    return null;
  }
}

/** Keys that the database lists are those that entries announced; one that somebody slipped in is named. */
function checkRecorded(recorded: readonly RecordedKey[], announced: AnnouncedKeys | null, findings: FindingList): void {
  if (announced === null) return;
  for (const { purpose, keyId } of recorded) {
    if (announced[purpose].has(keyId)) continue;
    findings.add('key_unannounced', null, `the database lists the ${purpose} key ${keyId}, which no entry announced`);
  }
}

async function* pageEntries({ store, size, options }: Job): AsyncGenerator<LogEntry> {
  let from = 0;
  for (;;) {
    const page = await store.readEntries(from, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = last.index + 1;
    options.onProgress?.(from, size);
  }
}

/**
 * Every checkpoint stored when the verification began, its signature checked on the way; one that does not open is a
 * finding and left out. Those that a running server signs meanwhile may cover entries that were not read.
 */
async function* publishedHeads(
  job: Job,
  counter: { checkpoints: number; cosigned: number },
  newest: number,
): AsyncGenerator<ExpectedHead> {
  const { crypto, store, origin, findings } = job;
  const keys = [...job.ownKeys, ...job.trusted];
  let from = 0;
  for (;;) {
    const page = await store.listCheckpoints(from, PAGE);
    for (const stored of page) {
      if (stored.size > newest) return;
      counter.checkpoints += 1;
      try {
        const { checkpoint, signedBy } = await openCheckpoint(crypto, stored.note, keys, origin);
        if ((await verifyCosignatures(crypto, stored.note, job.witnesses)).length > 0) counter.cosigned += 1;
        if (checkpoint.size === stored.size && equalBytes(checkpoint.root, stored.root)) {
          yield { ...checkpoint, label: 'checkpoint', signedBy: await keyIdsOf(crypto, signedBy) };
        } else {
          findings.add('checkpoint_unreadable', null, `the row of size ${stored.size} differs from its note`);
        }
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error;
        findings.add(checkpointFinding(error), null, `checkpoint of size ${stored.size}: ${error.message}`);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = last.size + 1;
  }
}

/** Merges a rising stream of heads with a few others, by size. */
async function* mergeHeads(
  rising: AsyncIterable<ExpectedHead>,
  others: readonly ExpectedHead[],
): AsyncGenerator<ExpectedHead> {
  const waiting = others.toSorted((a, b) => a.size - b.size);
  for await (const head of rising) {
    for (let other = waiting[0]; other !== undefined && other.size <= head.size; other = waiting[0]) {
      yield other;
      waiting.shift();
    }
    yield head;
  }
  yield* waiting;
}

/** Checks disclosures in batches: one read for many entries. */
function createDisclosureChecker({ crypto, store, findings }: Job): {
  add(index: number, hidden: readonly string[]): Promise<void>;
  flush(): Promise<{ readonly checked: number; readonly erased: number }>;
} {
  const waiting = new Map<string, number>();
  const counter = { checked: 0, erased: 0 };
  const flush = async (): Promise<typeof counter> => {
    const found = waiting.size === 0 ? [] : await store.readDisclosures([...waiting.keys()]);
    const erased = new Set(waiting.keys());
    for (const disclosure of found) {
      const index = waiting.get(disclosure.hash) ?? null;
      if (disclosure.value === null) continue;
      erased.delete(disclosure.hash);
      counter.checked += 1;
      if (!(await disclosureMatches(crypto, disclosure))) {
        findings.add('disclosure_mismatch', index, `the text kept for ${disclosure.hash} does not match it`);
      }
    }
    counter.erased += erased.size;
    waiting.clear();
    return counter;
  };
  return {
    add: async (index, hidden) => {
      for (const hash of hidden) waiting.set(hash, index);
      if (waiting.size >= PAGE) await flush();
    },
    flush,
  };
}
