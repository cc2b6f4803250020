/**
 * Ports of the evidence room. The room is pure and also runs in a browser, so even hashing comes from outside: results
 * may be plain values (node:crypto) or promises (WebCrypto).
 */

/** SHA-256 and Ed25519 verification. */
export interface Crypto {
  /** SHA-256 of `bytes`: 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Incremental SHA-256 where the platform has one; without it large files are collected in memory before hashing. */
  createSha256?(): { update(bytes: Uint8Array): void; digest(): Uint8Array };
  /** True when `signature` (64 bytes) over `message` was made by the 32-byte raw Ed25519 key (RFC 8032). Never throws for bad input. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** Holds one Ed25519 private key, or asks a key service to sign. The private key never leaves the implementation. */
export interface Signer {
  /** Hex SHA-256 of the public key as SubjectPublicKeyInfo DER: what `openssl pkey -pubin -outform der | sha256sum` prints. */
  readonly keyId: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64-byte Ed25519 signature over `bytes`. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A public key that counts as this log's own for one purpose. */
export type KnownKey = {
  readonly keyId: string;
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
};

/** A node of the Merkle tree: MTH(D[index * 2^level : (index + 1) * 2^level]); level 0 are leaf hashes. */
export type NodeId = { readonly level: number; readonly index: number };

/** Reads hashes of complete subtrees; used for proofs. */
export interface NodeReader {
  /** Hashes in the order asked for. Throws EvidenceError `tile_missing` when the tree has no such complete node. */
  readNodes(ids: readonly NodeId[]): Promise<readonly Uint8Array[]>;
}

/** One log entry as it is stored. */
export type LogEntry = {
  readonly index: number;
  /** Exact leaf bytes: the DSSE envelope. */
  readonly leaf: Uint8Array;
  /** RFC 6962 leaf hash as it was stored with the entry; absent in a bundle. */
  readonly leafHash?: Uint8Array;
  /** The event row beside the entry, when read from a database: verification compares it with the signed statement. */
  readonly event?: EntryEvent;
};

/** The part of a stored event that its statement repeats. */
type EntryEvent = {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  readonly at: Date;
  readonly actor: string;
  readonly commandId: string;
  readonly data: unknown;
};

/** What this place signed last, kept outside the database; a signer without it trusts the database alone. */
export interface SignedMemory {
  /** Null before the first checkpoint. */
  read(): Promise<{ readonly origin: string; readonly size: number; readonly root: Uint8Array } | null>;
  /** Durable when it resolves. */
  write(head: { readonly origin: string; readonly size: number; readonly root: Uint8Array }): Promise<void>;
}

/** An event row without an entry of its own. */
export type StrayEvent = {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly claimedIndex: number;
};

/** Size and root of the integrated tree. */
export type TreeHead = { readonly size: number; readonly root: Uint8Array };

/** A tile at its present width: `hashes` is 32 * width bytes, width 1 to 256 (C2SP tlog-tiles). */
export type Tile = { readonly level: number; readonly index: number; readonly hashes: Uint8Array };

/** One step from a smaller to a larger tree, to be written in one transaction. */
export type TreeStep = {
  /** The size that the step started from: a store MUST refuse the step when its tree is not exactly this large. */
  readonly fromSize: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** New or grown tiles. A grown tile replaces its narrower self. */
  readonly tiles: readonly Tile[];
};

/** A signed checkpoint, as published. */
export type StoredCheckpoint = {
  readonly size: number;
  readonly root: Uint8Array;
  /** The whole signed note, including cosignatures added later. */
  readonly note: string;
  readonly signedAt: Date;
};

/** A verifier key recorded at the first start or at a rotation; never deleted. */
export type RecordedKey = {
  readonly purpose: 'statement' | 'checkpoint';
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly validFrom: Date;
  /** Null while in use. */
  readonly retiredAt: Date | null;
};

/**
 * The stored log as a verification reads it. Three sizes are distinct and visible: sequenced (entries committed),
 * integrated (in the tree), and published (under the latest signed checkpoint); sequenced >= integrated >= published.
 */
export interface LogReader {
  /** Name of the log, fixed when the database was first started. */
  origin(): Promise<string>;
  /** Number of entries committed. Indexes 0 to n-1 all exist. */
  sequencedSize(): Promise<number>;
  /** Entries with `from <= index < from + limit`, in order; fewer at the end. The caller keeps `limit` at 1,000 or below. */
  readEntries(from: number, limit: number): Promise<readonly LogEntry[]>;
  /** Events that no entry stands for: rows that somebody added beside the log. At most `limit`. */
  readStrayEvents(limit: number): Promise<readonly StrayEvent[]>;
  /** The integrated tree; size 0 with the empty root before the first step. */
  readTree(): Promise<TreeHead>;
  /** All the hashes stored for a tile (up to 256 * 32 bytes), or null. */
  readTile(level: number, index: number): Promise<Uint8Array | null>;
  latestCheckpoint(): Promise<StoredCheckpoint | null>;
  /** Checkpoints with a size of at least `fromSize`, by size. */
  listCheckpoints(fromSize: number, limit: number): Promise<readonly StoredCheckpoint[]>;
  readKeys(): Promise<readonly RecordedKey[]>;
  /** What hidden values of the entries' data stand for; erased ones have value null. For bundles and verification. */
  readDisclosures(hashes: readonly string[]): Promise<readonly Disclosure[]>;
}

/** The stored log with what grows it. */
export interface EvidenceStore extends LogReader {
  /** Leaf hashes only, for integration; same range rules as `readEntries`, `limit` up to 65,536. */
  readLeafHashes(from: number, limit: number): Promise<readonly Uint8Array[]>;
  /** Writes tiles and head together. False when the tree is not at `fromSize` any more: another process was faster. */
  saveTree(step: TreeStep): Promise<boolean>;
  /** Appends; false when one of this size or a larger one is there already. MUST NOT replace. */
  saveCheckpoint(checkpoint: StoredCheckpoint): Promise<boolean>;
  /** Adds a witness's signature line to the stored note of that size; false when there is no such checkpoint. */
  addCosignature(size: number, line: string): Promise<boolean>;
  recordKey(key: RecordedKey): Promise<void>;
}

/** What a hash hides: sha256(salt || utf8(value)). Same shape as the delivery room's disclosure. */
export type Disclosure = {
  /** Hex sha256. */
  readonly hash: string;
  /** 32 bytes, base64. */
  readonly salt: string;
  /** Null after erasure. */
  readonly value: string | null;
  /** The person it is about, for erasure. */
  readonly person: string | null;
};
