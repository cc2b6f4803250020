/** A bundle from the database: entries, proofs, keys, texts, and the objects that entries refer to by hash. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeZipFile } from '#src/adapters/archive/zip-file.ts';
import { nameInWords } from '#src/delivery/people/names.ts';
import { type BundleObject, buildBundle } from '#src/evidence/bundle-build.ts';
import type { Manifest } from '#src/evidence/bundle-format.ts';
import type { EvidenceStore } from '#src/evidence/ports.ts';
import { createTileNodeReader, type ReadTile } from '#src/evidence/tiles.ts';
import { ROOT } from '../paths.ts';
import { SERVICE } from '../version.ts';
import { anchorPlaces, openAnchors } from './anchors.ts';
import type { ExportJob, ExportSource } from './export-job.ts';
import { keysReachableBy, vkeysOf } from './log-keys.ts';
import { namesObject, textsOf } from './objects.ts';

const PAGE = 1_000;
const TILES_KEPT_MAX = 2_000;
const PLACES_MAX = { slack: 700, each: 100 } as const;

/** Writes the bundle to the job's path, whole or not at all. */
export async function writeBundle(job: ExportJob): Promise<Manifest> {
  const { source, checkpoint, selection, redact } = job;
  const { stores, crypto } = source;
  const recorded = await stores.evidence.readKeys();
  const found = redact ? { objects: new Set<string>(), persons: new Set<string>() } : await referred(job);
  const input = {
    checkpoint: checkpoint.note,
    vkeys: await vkeysOf(crypto, source.origin, stores.evidence),
    keys: recorded.filter(({ purpose }) => purpose === 'statement'),
    entries: () => selection.entries(),
    complete: selection.query === null,
    nodes: createTileNodeReader(crypto, keptTiles(stores.evidence)),
    olderCheckpoints: olderNotes(stores.evidence, checkpoint.size),
    disclosures: (hashes: readonly string[]) => stores.evidence.readDisclosures(hashes),
    names: await namesOf(source, found.persons),
    objects: objectsOf(source, found.objects),
    verifyPage: await readFile(join(ROOT, 'dist', 'verify.html')).catch(() => null),
    query: selection.query,
    anchors: await anchorsOf(source),
    service: SERVICE,
    createdAt: job.at,
    redact,
  };
  return writeZipFile(crypto, job.path, (sink) => buildBundle(crypto, input, sink));
}

/** Hashes of objects and pseudonyms of persons that the selected entries name. */
async function referred({ selection }: ExportJob): Promise<{
  readonly objects: ReadonlySet<string>;
  readonly persons: ReadonlySet<string>;
}> {
  const objects = new Set<string>();
  const persons = new Set<string>();
  for await (const { statement } of selection.entries()) {
    const { actor, policy, card, data, knowledge } = statement.predicate;
    for (const [member, text] of textsOf({ actor: actor.id, policy, card, data, knowledge })) {
      if (namesObject(member, text)) objects.add(text);
      else if (/^p_[0-9a-f-]{36}$/.test(text)) persons.add(text);
    }
  }
  return { objects, persons };
}

async function* objectsOf({ stores }: ExportSource, hashes: Iterable<string>): AsyncGenerator<BundleObject> {
  for (const sha256 of hashes) {
    const object = await stores.ledger.readObject(sha256);
    if (object !== null) yield { sha256, bytes: object.bytes };
  }
}

async function namesOf({ stores }: ExportSource, persons: Iterable<string>) {
  const known = await stores.people.known([...persons]);
  return [...known].map(([person, found]) => ({ person, name: nameInWords(found) }));
}

/** Tiles stay in memory: neighbouring proofs read the same ones. */
function keptTiles(store: EvidenceStore): ReadTile {
  const kept = new Map<string, Promise<Uint8Array | null>>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const tile = kept.get(key) ?? store.readTile(level, index);
    kept.delete(key);
    kept.set(key, tile);
    const oldest = kept.keys().next().value;
    if (kept.size > TILES_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    return tile;
  };
}

async function* olderNotes(store: EvidenceStore, size: number): AsyncGenerator<string> {
  let from = 0;
  for (;;) {
    const page = (await store.listCheckpoints(from, PAGE)).filter((checkpoint) => checkpoint.size < size);
    for (const { note } of page) yield note;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = last.size + 1;
  }
}

async function anchorsOf({ stores, config, workspaceId, origin, crypto }: ExportSource): Promise<Manifest['anchors']> {
  const anchors = openAnchors(config, { origin, crypto, store: stores.evidence }, () => undefined);
  const kind = workspaceId === 'sandbox' ? 'sandbox' : 'slack';
  const { strength, places } = await anchorPlaces(stores.outbox, anchors, kind, PLACES_MAX);
  return { strength, places: [...places], keysReachableBy: keysReachableBy(config) };
}
