/** What the evidence pages show, read from the stores. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#src/config.ts';
import { nameInWords } from '#src/delivery/people/names.ts';
import { genuine } from '#src/delivery/streams/disclosures.ts';
import { fileReader } from '#src/delivery/systems/evidence.ts';
import { hiddenHashes, reveal } from '#src/evidence/disclose.ts';
import { toBase64 } from '#src/evidence/encoding.ts';
import { proofFileFor } from '#src/evidence/log.ts';
import type { Disclosure, RecordedKey } from '#src/evidence/ports.ts';
import { type EvidenceFile, evidenceKindWords, FILE_TYPES, wordsFor } from '#src/systems/evidence-files.ts';
import type { EntryView, EvidenceReader, LogStatus, ObjectRef } from '#src/web/evidence-ports.ts';
import type { Core } from '../core.ts';
import { ROOT } from '../paths.ts';
import { createDownloads } from './downloads.ts';
import { keysReachableBy, vkeysOf } from './log-keys.ts';
import { namesObject, OBJECTS, textsOf } from './objects.ts';
import { createRequestIndex, type ReadEntry, readEntry, requestFrom } from './register.ts';

const OBJECTS_MAX = 100;

export type ReaderParts = {
  readonly config: Config;
  readonly core: Core;
  /** Checkpoints kept outside the database. */
  readonly places: () => Promise<LogStatus['anchors']>;
};

/** Makes the reader. */
export function createEvidenceReader({ config, core, places }: ReaderParts): EvidenceReader {
  const { evidence, ledger, people } = core.stores;
  const index = createRequestIndex(evidence);
  const viewsOf = async (entries: readonly ReadEntry[]): Promise<readonly EntryView[]> => {
    const size = (await evidence.latestCheckpoint())?.size ?? 0;
    return Promise.all(entries.map((entry) => viewOf(core, entry, size)));
  };
  return {
    status: () => statusOf(config, core, places),
    register: () => index.register(),
    async dossier(id) {
      const read = await index.entriesOf(id);
      if (read === null) return null;
      const entries = await viewsOf(read);
      const texts = new Map(entries.flatMap((entry) => entry.texts.map((text) => [text.hash, text] as const)));
      const { request } = await requestFrom(read, (hash) => texts.get(hash));
      return request === null ? null : { request, entries, objects: await objectsOf(core, read) };
    },
    entries: async (from, limit) => viewsOf((await evidence.readEntries(from, limit)).map(readEntry)),
    async proof(at) {
      const checkpoint = await evidence.latestCheckpoint();
      if (checkpoint === null || at >= checkpoint.size) return null;
      return proofFileFor(core.crypto, evidence, at, checkpoint);
    },
    object: (sha256) => ledger.readObject(sha256),
    async names(persons) {
      const known = await people.known([...persons]);
      return new Map([...known].map(([person, found]) => [person, nameInWords(found)]));
    },
    download: createDownloads(config, core),
    script: () => built('evidence-verify.js'),
  };
}

/** A file that `npm ci` builds; null when it was not. */
export async function built(name: string): Promise<Uint8Array | null> {
  return readFile(join(ROOT, 'dist', name)).catch(() => null);
}

async function viewOf({ stores }: Core, { entry, statement }: ReadEntry, size: number): Promise<EntryView> {
  const published = entry.index < size;
  if (statement === null) {
    return { index: entry.index, leaf: entry.leaf, statement, data: null, texts: [], published };
  }
  const hashes = hiddenHashes(statement.predicate.data);
  const texts: readonly Disclosure[] = hashes.length === 0 ? [] : await stores.evidence.readDisclosures(hashes);
  const byHash = new Map(texts.map((text) => [text.hash, text] as const));
  const data = reveal(statement.predicate.data, (hash) => genuine(byHash.get(hash)));
  return { index: entry.index, leaf: entry.leaf, statement, data, texts, published };
}

async function objectsOf({ stores }: Core, entries: readonly ReadEntry[]): Promise<readonly ObjectRef[]> {
  const named = new Map<string, string>();
  for (const { statement } of entries) {
    const { data, policy } = statement?.predicate ?? {};
    for (const [member, text] of textsOf({ policyHash: policy?.sha256, data })) {
      if (namesObject(member, text) && !named.has(text)) named.set(text, OBJECTS[member] ?? '');
    }
  }
  const shown = [...named].slice(0, OBJECTS_MAX);
  const kept = await stores.ledger.objectsKept(shown.map(([sha256]) => sha256));
  const fileOf = fileReader(stores.ledger);
  const described = async ([sha256, what]: (typeof shown)[number]): Promise<ObjectRef> => {
    const file = what === OBJECTS['sha256'] ? await fileOf(sha256) : null;
    return { sha256, what: file === null ? what : `${what}: ${fileWords(file)}` };
  };
  return Promise.all(shown.filter(([sha256]) => kept.has(sha256)).map(described));
}

/** "risk assessment, pdf, of 2026-10-01, attested as Legal Team" */
function fileWords(file: EvidenceFile): string {
  const roles = [...new Set(wordsFor(file).map(({ role }) => role))];
  const word = roles.length === 0 ? 'nobody stands for it' : `attested as ${roles.join(', ')}`;
  const ended = file.withdrawn ? ['taken back'] : [];
  return [evidenceKindWords(file.kind), FILE_TYPES[file.type], `of ${file.date.slice(0, 10)}`, word, ...ended].join(
    ', ',
  );
}

async function statusOf(config: Config, core: Core, places: ReaderParts['places']): Promise<LogStatus> {
  const { evidence } = core.stores;
  const [sequenced, tree, checkpoint, keys] = await Promise.all([
    evidence.sequencedSize(),
    evidence.readTree(),
    evidence.latestCheckpoint(),
    evidence.readKeys(),
  ]);
  const { origin } = core.workspace;
  const statements = keys.filter(({ purpose }) => purpose === 'statement');
  return {
    origin,
    sequenced,
    integrated: tree.size,
    published:
      checkpoint === null
        ? null
        : { size: checkpoint.size, root: toBase64(checkpoint.root), signedAt: checkpoint.signedAt.toISOString() },
    vkeys: await vkeysOf(core.crypto, origin, evidence),
    statementKeys: await announced(core, statements),
    anchors: await places(),
    keysReachableBy: keysReachableBy(config),
  };
}

/** Where the log announced each key: its first entry, or the entry of the rotation. */
async function announced({ stores }: Core, keys: readonly RecordedKey[]): Promise<LogStatus['statementKeys']> {
  const [log, rotations] = await Promise.all([stores.ledger.readStream('log'), stores.ledger.readStream('keys')]);
  const names = (data: unknown, member: string, keyId: string) =>
    typeof data === 'object' && data !== null && Reflect.get(data, member) === keyId;
  return keys.map(({ keyId, publicKey, retiredAt }) => {
    const entry =
      log.events.find(({ type, data }) => type === 'log.started' && names(data, 'statementKeyId', keyId)) ??
      rotations.events.find(({ type, data }) => type === 'key.rotated' && names(data, 'keyId', keyId));
    return {
      keyId,
      publicKey: toBase64(publicKey),
      announcedAt: entry?.logIndex ?? null,
      retiredAt: retiredAt?.toISOString() ?? null,
    };
  });
}
