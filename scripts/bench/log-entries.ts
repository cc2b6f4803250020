/** Entries and trees for the log benches: real signed statements, made fast; and a tree without a database. */
import { generateKeyPairSync } from 'node:crypto';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createSigner } from '#src/adapters/keys/key-files.ts';
import { sealStatement } from '#src/evidence/dsse.ts';
import { integratePending } from '#src/evidence/log.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore, Signer, StoredCheckpoint, TreeHead } from '#src/evidence/ports.ts';
import { buildStatement, statementBytes } from '#src/evidence/statement.ts';
import { SERVICE } from '#src/wire/version.ts';

const ORIGIN = 'countersign.bench/log';

/** New keys, in memory only. */
export function benchKeys(): { readonly statement: Signer; readonly checkpoint: Signer } {
  const make = (): Signer => createSigner(generateKeyPairSync('ed25519').privateKey);
  return { statement: make(), checkpoint: make() };
}

/** One generated entry with its event's columns. */
export type GeneratedEntry = {
  readonly index: number;
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly commandId: string;
  readonly data: unknown;
  readonly leaf: Uint8Array;
  readonly leafHash: Uint8Array;
};

const PER_STREAM = 10;
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** The n-th entry: votes on requests, ten a request. The leaf is a real signed statement, as the server makes it. */
export async function generatedEntry(crypto: Crypto, signer: Signer, index: number): Promise<GeneratedEntry> {
  const request = Math.floor(index / PER_STREAM);
  const id = `00000000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;
  const row = {
    index,
    id,
    stream: `request:${request}`,
    seq: (index % PER_STREAM) + 1,
    at: new Date(START + index * 1000),
    actor: `p_${index % 97}`,
    commandId: `v-${index}`,
    data: { choice: 'approve', revision: 'ab'.repeat(32) },
  };
  const statement = await buildStatement(crypto, {
    event: { id, type: 'vote.cast', schemaVersion: 1, stream: row.stream, seq: row.seq, at: row.at, data: row.data },
    actor: { id: row.actor, role: 'Chief AI Officer' },
    command: { id: row.commandId, kind: 'vote' },
    request: { id: String(request), shortId: `DR-${request}`, revision: 1, revisionHash: 'ab'.repeat(32) },
    policy: { sha256: '34'.repeat(32) },
    controls: ['AICM-GRC-05'],
    service: SERVICE,
  });
  const leaf = await sealStatement(statementBytes(statement), signer);
  return { ...row, leaf, leafHash: await leafHash(crypto, leaf) };
}

/** A tree kept in memory that counts what it costs. */
export type CountingTree = {
  readonly crypto: Crypto;
  readonly store: EvidenceStore;
  readonly signer: Signer;
  readonly keys: readonly VerifierKey[];
  /** Appends leaves up to a size and integrates them. */
  growTo(size: number): Promise<void>;
  counts(): { readonly hashes: number; readonly tiles: number };
};

/** An empty counting tree. */
export async function memoryTree(): Promise<CountingTree> {
  const plain = createNodeCrypto();
  const counted = { hashes: 0, tiles: 0 };
  const crypto: Crypto = {
    ...plain,
    sha256: (bytes) => {
      counted.hashes += 1;
      return plain.sha256(bytes);
    },
  };
  const signer = benchKeys().checkpoint;
  const state = {
    leaves: [] as Uint8Array[],
    sequenced: 0,
    tree: { size: 0, root: await plain.sha256(new Uint8Array(0)) } as TreeHead,
  };
  const tiles = new Map<string, Uint8Array>();
  const checkpoints: StoredCheckpoint[] = [];
  const store: EvidenceStore = {
    origin: async () => ORIGIN,
    sequencedSize: async () => state.sequenced,
    readStrayEvents: async () => [],
    readEntries: async () => [],
    readLeafHashes: async (_from, limit) => state.leaves.splice(0, limit),
    readTree: async () => state.tree,
    readTile: async (level, index) => {
      counted.tiles += 1;
      return tiles.get(`${level}/${index}`) ?? null;
    },
    saveTree: async (step) => {
      for (const tile of step.tiles) tiles.set(`${tile.level}/${tile.index}`, tile.hashes);
      state.tree = { size: step.size, root: step.root };
      return true;
    },
    latestCheckpoint: async () => checkpoints.at(-1) ?? null,
    listCheckpoints: async () => checkpoints,
    saveCheckpoint: async (checkpoint) => {
      checkpoints.push(checkpoint);
      return true;
    },
    addCosignature: async () => false,
    readKeys: async () => [],
    recordKey: async () => undefined,
    readDisclosures: async () => [],
  };
  return {
    crypto,
    store,
    signer,
    keys: [await parseVerifierKey(plain, await formatVerifierKey(plain, ORIGIN, signer.publicKey))],
    async growTo(size) {
      while (state.sequenced < size) {
        const until = Math.min(size, state.sequenced + 65_536);
        for (; state.sequenced < until; state.sequenced++) {
          state.leaves.push(await plain.sha256(new TextEncoder().encode(String(state.sequenced))));
        }
        await integratePending(crypto, store);
      }
    },
    counts: () => ({ ...counted }),
  };
}
