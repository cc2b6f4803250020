/** The exports of `countersign evidence export`, made from the stored log under its latest checkpoint. */
import { type BundleInput, type BundleObject, buildBundle } from '../bundle-build.ts';
import type { BundleSink } from '../bundle-files.ts';
import type { Manifest } from '../bundle-format.ts';
import { toBase64 } from '../encoding.ts';
import { EvidenceError } from '../errors.ts';
import { formatVerifierKey } from '../note.ts';
import type { Crypto, EvidenceStore, LogEntry, StoredCheckpoint } from '../ports.ts';
import { createTileNodeReader } from '../tiles.ts';
import { populationCsv } from './csv.ts';
import { assessmentResults } from './oscal-ar.ts';
import { planOfAction } from './oscal-poam.ts';
import { publishedEntries, readStatements, type Selected, type Selection, selectEvidence } from './read-log.ts';
import type { ExportContext } from './records.ts';

const CHECKPOINTS_PAGE = 1_000;

/** What the caller knows and the log does not. */
export type ExportSetting = {
  readonly selection: Selection;
  readonly redact: boolean;
  readonly now: Date;
  readonly service: { readonly name: string; readonly version: string };
  /** Name of the organisation, for OSCAL. */
  readonly organisation: string;
  /** Where the organisation's assessment plan or system security plan is; `#` when nowhere. */
  readonly planHref: string;
};

export type BundleSetting = Pick<ExportSetting, 'selection' | 'redact' | 'now' | 'service'> & {
  readonly anchors: Manifest['anchors'];
  readonly names: BundleInput['names'];
  /** Objects that the selected entries refer to, by hex SHA-256; null for those that are not stored. */
  readonly readObject: (sha256: string) => Promise<Uint8Array | null>;
  /** The built `verify.html`, or null. */
  readonly verifyPage: Uint8Array | null;
};

/** Counts and range of what was written. */
export type ExportResult = {
  readonly count: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  readonly size: number;
  /** Base64. */
  readonly root: string;
};

async function latest(store: EvidenceStore): Promise<StoredCheckpoint> {
  const checkpoint = await store.latestCheckpoint();
  if (checkpoint !== null) return checkpoint;
  throw new EvidenceError('checkpoint_invalid', 'nothing is published yet: no checkpoint was signed');
}

/** The filters as they stand in a manifest or listing; null for none. */
export function queryOf({ from, to, sample, ...rest }: Selection): Manifest['query'] {
  const query = {
    ...(from === undefined ? {} : { from: from.toISOString() }),
    ...(to === undefined ? {} : { to: to.toISOString() }),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(sample === undefined ? {} : { sample: { ...sample } }),
  };
  return Object.keys(query).length === 0 ? null : query;
}

function resultOf(checkpoint: StoredCheckpoint, { indexes }: Selected): ExportResult {
  const { size, root } = checkpoint;
  const count = indexes?.length ?? size;
  const firstIndex = indexes === null ? (size > 0 ? 0 : null) : (indexes[0] ?? null);
  const lastIndex = indexes === null ? (size > 0 ? size - 1 : null) : (indexes.at(-1) ?? null);
  return { count, firstIndex, lastIndex, size, root: toBase64(root) };
}

/** Writes a bundle of the selection to `sink`. Throws `checkpoint_invalid` before the first checkpoint, else as `buildBundle`. */
export async function exportBundle(
  crypto: Crypto,
  store: EvidenceStore,
  setting: BundleSetting,
  sink: BundleSink,
): Promise<Manifest> {
  const checkpoint = await latest(store);
  const { size } = checkpoint;
  const { indexes } = await selectEvidence(crypto, store, size, setting.selection, true);
  const origin = await store.origin();
  const keys = await store.readKeys();
  const vkeys: string[] = [];
  for (const key of keys.filter(({ purpose }) => purpose === 'checkpoint')) {
    vkeys.push(await formatVerifierKey(crypto, origin, key.publicKey));
  }
  const entries = (): AsyncGenerator<LogEntry> =>
    indexes === null ? publishedEntries(store, size) : picked(store, indexes);
  return buildBundle(
    crypto,
    {
      checkpoint: checkpoint.note,
      vkeys,
      keys: keys.filter(({ purpose }) => purpose === 'statement'),
      entries,
      complete: indexes === null,
      nodes: createTileNodeReader(crypto, (level, index) => store.readTile(level, index)),
      olderCheckpoints: olderNotes(store, size),
      disclosures: (hashes) => store.readDisclosures(hashes),
      names: setting.names,
      objects: referredObjects(store, size, indexes, setting.readObject),
      verifyPage: setting.verifyPage,
      query: queryOf(setting.selection),
      anchors: setting.anchors,
      service: setting.service,
      createdAt: setting.now,
      redact: setting.redact,
    },
    sink,
  );
}

async function* picked(store: EvidenceStore, indexes: readonly number[]): AsyncGenerator<LogEntry> {
  let at = 0;
  while (at < indexes.length) {
    const from = indexes[at] as number;
    // Neighbours in one read; a gap in the selection ends the run.
    let length = 1;
    while (length < 500 && indexes[at + length] === from + length) length += 1;
    yield* await store.readEntries(from, length);
    at += length;
  }
}

async function* olderNotes(store: EvidenceStore, size: number): AsyncGenerator<string> {
  let from = 0;
  for (;;) {
    const page = await store.listCheckpoints(from, CHECKPOINTS_PAGE);
    for (const checkpoint of page) if (checkpoint.size < size) yield checkpoint.note;
    const last = page.at(-1);
    if (last === undefined || last.size >= size || page.length < CHECKPOINTS_PAGE) return;
    from = last.size + 1;
  }
}

/** The policy and card objects that the statements name, once each, where they are stored. */
async function* referredObjects(
  store: EvidenceStore,
  size: number,
  indexes: readonly number[] | null,
  read: BundleSetting['readObject'],
): AsyncGenerator<BundleObject> {
  const wanted = indexes === null ? null : new Set(indexes);
  const seen = new Set<string>();
  for await (const { index, statement } of readStatements(store, size)) {
    if (wanted !== null && !wanted.has(index)) continue;
    const { card, policy, knowledge, data } = statement.predicate;
    for (const sha256 of [card?.sha256, policy?.sha256, ...knowledge.map((k) => k.sha256), ...digestsIn(data)]) {
      if (sha256 === undefined || seen.has(sha256)) continue;
      seen.add(sha256);
      const bytes = await read(sha256);
      if (bytes !== null) yield { sha256, bytes };
    }
  }
}

/** Hex digests in an event's data under the names that refer to objects: a roster, a captured file. */
function digestsIn(data: unknown): readonly string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    if (typeof value !== 'string') return digestsIn(value);
    return ['sha256', 'roster', 'card', 'policyHash'].includes(key) && /^[0-9a-f]{64}$/.test(value) ? [value] : [];
  });
}

/** The `csv` export as text pieces: population, gap check, listing. Throws as `exportBundle`. */
export async function exportCsv(
  crypto: Crypto,
  store: EvidenceStore,
  selection: Selection,
): Promise<{ readonly result: ExportResult; readonly text: AsyncGenerator<string> }> {
  const checkpoint = await latest(store);
  const selected = await selectEvidence(crypto, store, checkpoint.size, selection, true);
  const result = resultOf(checkpoint, selected);
  const wanted = selected.indexes === null ? null : new Set(selected.indexes);
  const entries = async function* () {
    for await (const entry of readStatements(store, checkpoint.size)) {
      if (wanted === null || wanted.has(entry.index)) yield entry;
    }
  };
  const population = {
    ...result,
    origin: await store.origin(),
    query: JSON.stringify(queryOf(selection) ?? 'everything'),
    from: selection.from?.toISOString() ?? null,
    to: selection.to?.toISOString() ?? null,
    gapCheck: 'all indexes read, none missing' as const,
  };
  return { result, text: populationCsv(population, entries()) };
}

/** An OSCAL export as a JSON value, or why there is none. Throws as `exportBundle`. */
export async function exportOscal(
  crypto: Crypto,
  store: EvidenceStore,
  model: 'oscal-ar' | 'oscal-poam',
  setting: ExportSetting,
): Promise<
  | { readonly ok: true; readonly document: object; readonly requests: number }
  | { readonly ok: false; readonly reason: 'nothing_to_assess' | 'no_exceptions' }
> {
  const { selection, redact } = setting;
  const checkpoint = await latest(store);
  const { requests } = await selectEvidence(crypto, store, checkpoint.size, selection, redact);
  const context: ExportContext = {
    origin: await store.origin(),
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    generatedAt: setting.now.toISOString(),
    from: selection.from?.toISOString() ?? null,
    to: selection.to?.toISOString() ?? null,
    organisation: setting.organisation,
    service: setting.service,
    planHref: setting.planHref,
  };
  const written = await (model === 'oscal-ar' ? assessmentResults : planOfAction)(crypto, context, requests);
  return written.ok ? { ...written, requests: requests.length } : written;
}
