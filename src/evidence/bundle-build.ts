/** Writes a bundle: everything a stranger needs to check a log, or a selection of it, without us. */

import { type BundleSink, chunked, hashing, once } from './bundle-files.ts';
import {
  BUNDLE_FORMAT,
  type DisclosureLine,
  FILES,
  type Manifest,
  PROOFS_IN_COMPLETE_MAX,
  writeManifest,
} from './bundle-format.ts';
import { bundlePage } from './bundle-page.ts';
import { canonicalText } from './canonical.ts';
import { readCheckpoint } from './checkpoint.ts';
import { hiddenHashes } from './disclose.ts';
import { parseEnvelope } from './dsse.ts';
import { toBase64, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { listingHeader, listingLine } from './exports/csv.ts';
import { consistencyProof, inclusionProof } from './merkle.ts';
import type { Crypto, Disclosure, KnownKey, LogEntry, NodeReader } from './ports.ts';
import { pemOf } from './public-key.ts';
import { publishedSchemas } from './schemas.ts';
import { parseStatement } from './statement.ts';

/** Immutable bytes that entries refer to by hash: a policy, the text of a card, a roster. */
export type BundleObject = { readonly sha256: string; readonly bytes: Uint8Array };

export type BundleInput = {
  /** The signed note that everything is proven against. */
  readonly checkpoint: string;
  /** Verifier keys of the log, as strings. They are for convenience: whoever verifies must have theirs from elsewhere. */
  readonly vkeys: readonly string[];
  /** Statement keys that signed entries, retired ones too. */
  readonly keys: readonly KnownKey[];
  /**
   * The selected entries by rising index, all below the checkpoint's size. Called anew for each pass (entries, proofs,
   * disclosures, listing), so that nothing is kept in memory.
   */
  readonly entries: () => AsyncIterable<LogEntry>;
  /** Whether `entries` gives every index of the checkpoint. */
  readonly complete: boolean;
  readonly nodes: NodeReader;
  /** Older published checkpoints, as notes, by rising size. */
  readonly olderCheckpoints: AsyncIterable<string> | Iterable<string>;
  readonly disclosures: (hashes: readonly string[]) => Promise<readonly Disclosure[]>;
  /** Names of persons, by pseudonym. */
  readonly names: Iterable<{ readonly person: string; readonly name: string }>;
  readonly objects: AsyncIterable<BundleObject> | Iterable<BundleObject>;
  /** The verification page (`verify.html`), when it was built. */
  readonly verifyPage: Uint8Array | null;
  readonly query: Manifest['query'];
  readonly anchors: Manifest['anchors'];
  readonly service: Manifest['service'];
  readonly createdAt: Date;
  /** Leaves disclosures and objects out; the manifest says so. */
  readonly redact: boolean;
};

type Build = {
  readonly crypto: Crypto;
  readonly input: BundleInput;
  readonly sink: BundleSink;
  readonly size: number;
  readonly files: Manifest['files'];
};

/**
 * Writes all files of a bundle to `sink`, the manifest last. Returns the manifest. Throws `index_out_of_range` for an
 * entry beyond the checkpoint, and what its inputs throw.
 */
export async function buildBundle(crypto: Crypto, input: BundleInput, sink: BundleSink): Promise<Manifest> {
  const { checkpoint } = readCheckpoint(input.checkpoint);
  const build: Build = { crypto, input, sink, size: checkpoint.size, files: [] };
  await addText(build, FILES.checkpoint, input.checkpoint);
  await addText(build, FILES.vkeys, input.vkeys.map((vkey) => `${vkey}\n`).join(''));
  for (const key of input.keys) await addText(build, `keys/${key.keyId}.pem`, pemOf(key.publicKey));
  const range = { count: 0, first: null as number | null, last: null as number | null };
  await addPieces(build, FILES.entries, entryLines(build, range));
  await addPieces(build, FILES.proofs, proofLines(build, range.count));
  await addPieces(build, FILES.consistency, consistencyLines(build));
  if (!input.redact) {
    await addPieces(build, FILES.disclosures, disclosureLines(build));
    for await (const { sha256, bytes } of input.objects) await add(build, `objects/${sha256}`, once(bytes));
  }
  for (const [name, schema] of publishedSchemas()) await addText(build, `schemas/${name}`, schema);
  await addPieces(build, FILES.listing, listingLines(build));
  if (input.verifyPage !== null) await add(build, FILES.verify, once(input.verifyPage));
  const about = {
    format: BUNDLE_FORMAT,
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    createdAt: input.createdAt.toISOString(),
    service: input.service,
    query: input.query,
    count: range.count,
    firstIndex: range.first,
    lastIndex: range.last,
    complete: input.complete,
    redacted: input.redact,
    anchors: input.anchors,
  } as const;
  await addText(build, FILES.index, bundlePage(about));
  const manifest = await writeManifest(crypto, { ...about, files: build.files });
  await sink.add(FILES.manifest, once(manifest));
  return JSON.parse(new TextDecoder().decode(manifest)) as Manifest;
}

async function add({ crypto, sink, files }: Build, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await sink.add(
    name,
    hashing(crypto, chunks, (sha256, sizeBytes) => {
      files.push({ name, sizeBytes, sha256 });
    }),
  );
}

function addPieces(build: Build, name: string, pieces: AsyncIterable<string>): Promise<void> {
  return add(build, name, chunked(pieces));
}

function addText(build: Build, name: string, text: string): Promise<void> {
  return add(build, name, once(utf8(text)));
}

async function* entryLines(
  { input, size }: Build,
  range: { count: number; first: number | null; last: number | null },
): AsyncGenerator<string> {
  for await (const { index, leaf } of input.entries()) {
    if (index >= size || index <= (range.last ?? -1)) {
      throw new EvidenceError('index_out_of_range', `entry ${index} after ${range.last} under size ${size}`, { index });
    }
    range.count += 1;
    range.first ??= index;
    range.last = index;
    // Written by hand: both members are in order and need no escapes, and there may be a million of them.
    yield `{"entry":"${toBase64(leaf)}","index":${index}}\n`;
  }
}

async function* proofLines({ crypto, input, size }: Build, count: number): AsyncGenerator<string> {
  if (input.complete && count > PROOFS_IN_COMPLETE_MAX) return;
  for await (const { index } of input.entries()) {
    const proof = await inclusionProof(crypto, input.nodes, index, size);
    yield `${canonicalText({ index, proof: proof.map(toBase64) })}\n`;
  }
}

async function* consistencyLines({ crypto, input, size }: Build): AsyncGenerator<string> {
  for await (const note of input.olderCheckpoints) {
    const { checkpoint } = readCheckpoint(note);
    if (checkpoint.size >= size || checkpoint.size === 0) continue;
    const proof = await consistencyProof(crypto, input.nodes, checkpoint.size, size);
    yield `${canonicalText({ size: checkpoint.size, checkpoint: note, proof: proof.map(toBase64) })}\n`;
  }
}

async function* disclosureLines({ input }: Build): AsyncGenerator<string> {
  for (const { person, name } of input.names) yield `${canonicalText({ person, name } satisfies DisclosureLine)}\n`;
  let batch: { readonly index: number; readonly hash: string }[] = [];
  for await (const { index, leaf } of input.entries()) {
    const { predicate } = parseStatement(parseEnvelope(leaf).payload);
    batch.push(...hiddenHashes(predicate.data).map((hash) => ({ index, hash })));
    if (batch.length < 1_000) continue;
    yield* linesOfBatch(input, batch);
    batch = [];
  }
  yield* linesOfBatch(input, batch);
}

async function* linesOfBatch(
  input: BundleInput,
  batch: readonly { readonly index: number; readonly hash: string }[],
): AsyncGenerator<string> {
  if (batch.length === 0) return;
  const found = await input.disclosures(batch.map(({ hash }) => hash));
  const byHash = new Map(found.map((disclosure) => [disclosure.hash, disclosure]));
  for (const { index, hash } of batch) {
    const disclosure = byHash.get(hash);
    // What was erased stays out: its hash stands in the leaf, and nobody can say any more what it hid.
    if (disclosure === undefined || disclosure.value === null) continue;
    const { salt, value } = disclosure;
    yield `${canonicalText({ index, hash, salt, value } satisfies DisclosureLine)}\n`;
  }
}

async function* listingLines({ input }: Build): AsyncGenerator<string> {
  yield listingHeader();
  for await (const { index, leaf } of input.entries()) {
    yield listingLine(index, parseStatement(parseEnvelope(leaf).payload));
  }
}
