/** What the evidence tests share: keys from fixed seeds, a log in memory, statements with hidden texts. */
import { spawnSync } from 'node:child_process';
import { createPrivateKey, hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { zlibCodec } from '#src/adapters/archive/zip-file.ts';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createSigner } from '#src/adapters/keys/key-files.ts';
import { type BundleInput, buildBundle } from '#src/evidence/bundle-build.ts';
import { createMapSink, once } from '#src/evidence/bundle-files.ts';
import { type Manifest, writeManifest } from '#src/evidence/bundle-format.ts';
import { hide } from '#src/evidence/disclose.ts';
import { sealStatement } from '#src/evidence/dsse.ts';
import { concat } from '#src/evidence/encoding.ts';
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import { emptyRoot, leafHash } from '#src/evidence/merkle.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '#src/evidence/note.ts';
import type {
  Disclosure,
  EvidenceStore,
  LogEntry,
  RecordedKey,
  Signer,
  StoredCheckpoint,
  TreeHead,
} from '#src/evidence/ports.ts';
import { buildStatement, type StatementInput, statementBytes } from '#src/evidence/statement.ts';
import { createTileNodeReader } from '#src/evidence/tiles.ts';
import { createZipSink } from '#src/evidence/zip-write.ts';

export const crypto = createNodeCrypto();
export const ORIGIN = 'countersign.example/log';
export const SERVICE = { name: 'countersign', version: '0.1.0' };
export const START = new Date('2026-11-20T08:00:00.000Z');

/** The folder of shared vectors, or null where the checkout stands alone. */
export function sharedFolder(part: string): URL | null {
  const url = new URL(`../../../../shared/${part}/`, import.meta.url);
  return existsSync(url) ? url : null;
}

/** Whether the programs that an auditor would use are here; tests that run them say so and skip where they are not. */
export function hasPrograms(...names: readonly string[]): boolean {
  return names.every((name) => spawnSync(name, [name === 'openssl' ? 'version' : '--version']).status === 0);
}

/** Bytes that depend on the text alone. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(hash('sha256', text, 'buffer'));
}

/** An Ed25519 key from a seed text. */
export function signerOf(seed: string): Signer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytesOf(seed)]);
  return createSigner(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

export const statementSigner = signerOf('statement key of the tests');
export const checkpointSigner = signerOf('checkpoint key of the tests');

/** The log's checkpoint key as a verifier key string. */
export function vkey(signer: Signer = checkpointSigner, origin: string = ORIGIN): Promise<string> {
  return formatVerifierKey(crypto, origin, signer.publicKey);
}

export async function verifier(signer: Signer = checkpointSigner, origin: string = ORIGIN): Promise<VerifierKey> {
  return parseVerifierKey(crypto, await vkey(signer, origin));
}

/** An EvidenceStore in memory that tests may reach into. */
export type MemoryLog = EvidenceStore & {
  entries: LogEntry[];
  disclosures: Map<string, Disclosure>;
  tree: TreeHead;
  tiles: Map<string, Uint8Array>;
  checkpoints: StoredCheckpoint[];
  keys: RecordedKey[];
};

export async function createMemoryLog(origin: string = ORIGIN): Promise<MemoryLog> {
  const key = (purpose: RecordedKey['purpose'], signer: Signer): RecordedKey => ({
    purpose,
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    validFrom: START,
    retiredAt: null,
  });
  const log: MemoryLog = {
    entries: [],
    disclosures: new Map(),
    tree: { size: 0, root: await emptyRoot(crypto) },
    tiles: new Map(),
    checkpoints: [],
    keys: [key('statement', statementSigner), key('checkpoint', checkpointSigner)],
    origin: async () => origin,
    sequencedSize: async () => log.entries.length,
    readStrayEvents: async () => [],
    readEntries: async (from, limit) => log.entries.slice(from, from + limit),
    readLeafHashes: async (from, limit) => log.entries.slice(from, from + limit).map((e) => e.leafHash as Uint8Array),
    readTree: async () => log.tree,
    readTile: async (level, index) => log.tiles.get(`${level}/${index}`) ?? null,
    saveTree: async (step) => {
      if (step.fromSize !== log.tree.size) return false;
      for (const tile of step.tiles) log.tiles.set(`${tile.level}/${tile.index}`, tile.hashes);
      log.tree = { size: step.size, root: step.root };
      return true;
    },
    latestCheckpoint: async () => log.checkpoints.at(-1) ?? null,
    listCheckpoints: async (fromSize, limit) => log.checkpoints.filter((c) => c.size >= fromSize).slice(0, limit),
    saveCheckpoint: async (checkpoint) => {
      if ((log.checkpoints.at(-1)?.size ?? -1) >= checkpoint.size) return false;
      log.checkpoints.push(checkpoint);
      return true;
    },
    addCosignature: async (size, line) => {
      const at = log.checkpoints.findIndex((c) => c.size === size);
      const found = log.checkpoints[at];
      if (found === undefined) return false;
      log.checkpoints[at] = { ...found, note: `${found.note}${line}\n` };
      return true;
    },
    readKeys: async () => log.keys,
    recordKey: async (recorded) => void log.keys.push(recorded),
    readDisclosures: async (hashes) => hashes.flatMap((hash) => log.disclosures.get(hash) ?? []),
  };
  return log;
}

/** Input of the n-th statement: votes with a reason on request number `floor(n / 3)`. */
export function statementInput(n: number, data: unknown): StatementInput {
  const request = Math.floor(n / 3);
  const position = n % 3;
  return {
    event: {
      id: `event-${n}`,
      type: (['request.submitted', 'vote.cast', 'decided'] as const)[position] ?? 'vote.cast',
      schemaVersion: 1,
      stream: `request:${request}`,
      seq: position + 1,
      at: new Date(START.getTime() + n * 1_000),
      data,
    },
    actor: { id: `p_${position}`, role: 'Chief AI Officer', assignment: 'assignment-1' },
    command: { id: `command-${n}`, kind: 'vote' },
    request: { id: String(request), shortId: `DR-${request + 1}`, revision: 1, revisionHash: 'ab'.repeat(32) },
    artefacts: [{ name: 'system:model', sha256: 'cd'.repeat(32) }],
    card: { sha256: '12'.repeat(32) },
    policy: { sha256: '34'.repeat(32) },
    knowledge: [{ document: 'WP', version: '1.0', sha256: '56'.repeat(32) }],
    controls: ['AICM-GRC-05', 'AICM-AIS-06'],
    service: SERVICE,
  };
}

/** Appends `count` entries, without integrating them; `more` stands in the data of each. */
export async function append(
  log: MemoryLog,
  count: number,
  signer: Signer = statementSigner,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const n = log.entries.length;
    const plain = { choice: 'approve', reason: `reason number ${n}`, ...more };
    const { data, disclosures } = await hide(crypto, plain, ['reason'], () => bytesOf(`salt ${n}`), `p_${n % 3}`);
    for (const disclosure of disclosures) log.disclosures.set(disclosure.hash, disclosure);
    const input = statementInput(n, data);
    const leaf = await sealStatement(statementBytes(await buildStatement(crypto, input)), signer);
    const { event } = input;
    log.entries.push({
      index: n,
      leaf,
      leafHash: await leafHash(crypto, leaf),
      event: { ...event, actor: input.actor.id, commandId: input.command.id, data },
    });
  }
}

/** An event on the log's own stream, as a start or a rotation makes it. */
export type OwnEvent = { readonly type: string; readonly data: unknown; readonly by?: Signer; readonly at?: Date };

/** Appends one event of the log's own, without integrating it. */
export async function appendOwn(log: MemoryLog, { type, data, by, at }: OwnEvent): Promise<void> {
  const n = log.entries.length;
  const { request: _, artefacts: __, ...input } = statementInput(n, data);
  const event = { ...input.event, type, stream: 'log', seq: n + 1, at: at ?? input.event.at };
  const statement = statementBytes(await buildStatement(crypto, { ...input, event }));
  const leaf = await sealStatement(statement, by ?? statementSigner);
  const row = { ...event, actor: input.actor.id, commandId: input.command.id };
  log.entries.push({ index: n, leaf, leafHash: await leafHash(crypto, leaf), event: row });
}

/** Integrates everything and publishes a checkpoint. */
export async function publish(log: MemoryLog, signer: Signer = checkpointSigner): Promise<StoredCheckpoint | null> {
  await integratePending(crypto, log);
  const at = new Date(START.getTime() + log.entries.length * 1_000);
  return publishCheckpoint(crypto, log, signer, [await verifier(signer, await log.origin())], at);
}

/** A published log of `count` entries, with a checkpoint every `every` entries. */
export async function logOf(count: number, every: number = count): Promise<MemoryLog> {
  const log = await createMemoryLog();
  while (log.entries.length < count) {
    await append(log, Math.min(every, count - log.entries.length));
    await publish(log);
  }
  return log;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** What `buildBundle` takes, for a log in memory: all entries, or those of `indexes`. */
export async function bundleInput(log: MemoryLog, changes: Partial<BundleInput> = {}, indexes?: readonly number[]) {
  const last = log.checkpoints.at(-1);
  if (last === undefined) throw new Error('publish first');
  const policy = new TextEncoder().encode('policy');
  const input: BundleInput = {
    checkpoint: last.note,
    vkeys: [await vkey()],
    keys: log.keys.filter(({ purpose }) => purpose === 'statement'),
    entries: () => each(log.entries.filter((e) => e.index < last.size && (indexes?.includes(e.index) ?? true))),
    complete: indexes === undefined,
    nodes: createTileNodeReader(crypto, log.readTile),
    olderCheckpoints: log.checkpoints.slice(0, -1).map(({ note }) => note),
    disclosures: log.readDisclosures,
    names: [{ person: 'p_1', name: 'Aiko Tanaka' }],
    objects: [{ sha256: hash('sha256', policy, 'hex'), bytes: policy }],
    verifyPage: null,
    query: indexes === undefined ? null : { request: 'DR-1' },
    anchors: { strength: 'none', places: [], keysReachableBy: 'the tests' },
    service: SERVICE,
    createdAt: new Date('2026-11-21T09:00:00.000Z'),
    redact: false,
    ...changes,
  };
  return input;
}

/** A bundle's files in memory. */
export async function bundleOf(
  log: MemoryLog,
  changes: Partial<BundleInput> = {},
  indexes?: readonly number[],
): Promise<Map<string, Uint8Array>> {
  const sink = createMapSink();
  await buildBundle(crypto, await bundleInput(log, changes, indexes), sink);
  return sink.files;
}

/** Repairs a tampered bundle's manifest, as somebody without the keys could. */
export async function withManifest(
  files: Map<string, Uint8Array>,
  changes: Partial<Manifest> = {},
): Promise<Map<string, Uint8Array>> {
  const { digest: _, ...old } = JSON.parse(new TextDecoder().decode(files.get('manifest.json'))) as Manifest;
  const listed = [...files].filter(([name]) => name !== 'manifest.json');
  const entries = listed.map(([name, bytes]) => ({
    name,
    sizeBytes: bytes.length,
    sha256: hash('sha256', bytes, 'hex'),
  }));
  files.set('manifest.json', await writeManifest(crypto, { ...old, files: entries, ...changes }));
  return files;
}

/** A bundle's files as an archive. */
export async function zipOf(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const sink = createZipSink(crypto, zlibCodec, async (bytes) => void parts.push(bytes.slice()));
  for (const [name, bytes] of files) {
    await sink.add(name, once(bytes));
  }
  await sink.finish();
  return concat(...parts);
}
