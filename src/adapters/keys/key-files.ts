/**
 * The log's two Ed25519 keys as PKCS#8 PEM files: one signs statements, one signs checkpoints. They are made once, at
 * the first start of a new log; afterwards a missing or different key is refused, never replaced (DESIGN.md).
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordedKey, Signer } from '#src/evidence/ports.ts';
import { spkiOf } from '#src/evidence/public-key.ts';

export type KeyErrorCode =
  /** The log names a key that is not here. */
  | 'key_missing'
  /** A key is here, but it is not the one the log names. */
  | 'key_mismatch'
  /** The file cannot be read, or is no Ed25519 private key in PKCS#8 PEM. */
  | 'key_unreadable'
  /** Others than the owner may read the file. */
  | 'key_exposed'
  /** The key was replaced, and its overlap is over. */
  | 'key_retired';

export type KeyPurpose = RecordedKey['purpose'];

/** Refusal to start with these keys. `path` and `purpose` say where to look. */
export class KeyError extends Error {
  readonly code: KeyErrorCode;
  readonly purpose: KeyPurpose;
  readonly path: string;

  constructor(code: KeyErrorCode, purpose: KeyPurpose, path: string, cause?: unknown) {
    super(`${code}: ${purpose} key at ${path}`, cause === undefined ? undefined : { cause });
    this.name = 'KeyError';
    this.code = code;
    this.purpose = purpose;
    this.path = path;
  }
}

/** What the person who starts the server should do about each refusal. */
export const KEY_REMEDIES: Readonly<Record<KeyErrorCode, string>> = {
  key_missing: 'put the key file of this log back from its backup; a new key is never made for an existing log',
  key_mismatch: 'this is the key of another log: use the data folder or key file that belongs to this database',
  key_unreadable:
    'give an Ed25519 private key in PKCS#8 PEM (openssl genpkey -algorithm ed25519), readable by this user',
  key_retired:
    'this key was replaced and its overlap is over: put the new key file of this log here, then restart; nothing was signed',
  key_exposed: 'take the rights of group and others away: chmod 600 on the file, 700 on its folder',
};

export type OpenKeysInput = {
  /** Folder for keys that the server makes; made with mode 0700. */
  readonly folder: string;
  /** Files given by the operator (COUNTERSIGN_SIGNING_KEY_FILE, COUNTERSIGN_CHECKPOINT_KEY_FILE) win over the folder. */
  readonly files: { readonly statement?: string; readonly checkpoint?: string };
  /** Keys recorded in the database; empty only for a log that has never started. */
  readonly recorded: readonly RecordedKey[];
  /** A key whose retirement lies ahead still counts: another replica may hold it alone. Without it, none does. */
  readonly now?: Date;
};

export type LogKeys = {
  readonly statement: Signer;
  readonly checkpoint: Signer;
  /** Checkpoint keys that were replaced but still count: each signs too, so that who knows only the old key can check. */
  readonly alsoCheckpoint?: readonly Signer[];
};

/** Opens both keys, or makes them where the log has none recorded. Throws KeyError. */
export async function openKeys(input: OpenKeysInput): Promise<LogKeys> {
  const statement = await openKey(input, 'statement');
  const checkpoint = await openKey(input, 'checkpoint');
  return { statement, checkpoint, alsoCheckpoint: await overlapping(input, checkpoint) };
}

/** Recorded keys that count now, the latest last. */
function counting({ recorded, now }: OpenKeysInput, purpose: KeyPurpose): readonly RecordedKey[] {
  const inTime = (key: RecordedKey) =>
    key.retiredAt === null || (now !== undefined && key.retiredAt.getTime() > now.getTime());
  const own = recorded.filter((key) => key.purpose === purpose && inTime(key));
  // The one without an end is the one in use; those that end stand before it.
  return [...own.filter((key) => key.retiredAt !== null), ...own.filter((key) => key.retiredAt === null)];
}

async function openKey(input: OpenKeysInput, purpose: KeyPurpose): Promise<Signer> {
  const known = counting(input, purpose);
  const given = input.files[purpose];
  if (given !== undefined) {
    const signer = await readKeyFile(given, purpose);
    if (known.length > 0 && !known.some(({ keyId }) => keyId === signer.keyId)) {
      throw new KeyError('key_mismatch', purpose, given);
    }
    return signer;
  }
  const paths = await keyPaths(input.folder, purpose);
  const [first] = paths;
  if (known.length === 0) {
    // A key without a record is left by a first start that was killed before it could record it: it has signed nothing.
    return first === undefined ? createKeyFile(input.folder, purpose) : readKeyFile(first, purpose);
  }
  const signers = await Promise.all(paths.map((path) => readKeyFile(path, purpose)));
  for (const { keyId } of known.toReversed()) {
    const signer = signers.find((own) => own.keyId === keyId);
    if (signer !== undefined) return signer;
  }
  if (first === undefined) throw new KeyError('key_missing', purpose, input.folder);
  throw new KeyError('key_mismatch', purpose, first);
}

async function overlapping(input: OpenKeysInput, inUse: Signer): Promise<readonly Signer[]> {
  const others = counting(input, 'checkpoint').filter(({ keyId }) => keyId !== inUse.keyId);
  if (others.length === 0) return [];
  const paths = await keyPaths(input.folder, 'checkpoint');
  const given = input.files.checkpoint;
  const signers = await Promise.all(
    [...paths, ...(given === undefined ? [] : [given])].map((path) => readKeyFile(path, 'checkpoint')),
  );
  return signers.filter((signer) => others.some(({ keyId }) => keyId === signer.keyId));
}

async function keyPaths(folder: string, purpose: KeyPurpose): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw new KeyError('key_unreadable', purpose, folder, cause);
  }
  return names
    .filter((name) => name.startsWith(`${purpose}-`) && name.endsWith('.pem'))
    .sort()
    .map((name) => join(folder, name));
}

/** Makes a new key file `<purpose>-<first 16 digits of its id>.pem`, also for a rotation. Never overwrites. Throws KeyError. */
export async function createKeyFile(folder: string, purpose: KeyPurpose): Promise<Signer> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signer = createSigner(privateKey);
  const path = join(folder, `${purpose}-${signer.keyId.slice(0, 16)}.pem`);
  const temporary = `${path}.${process.pid}.new`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
    await unlink(temporary);
    // Without this a power cut could lose the name of a key that has signed already.
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
  } catch (cause) {
    throw new KeyError('key_unreadable', purpose, path, cause);
  }
  return signer;
}

/** Reads one key file. Throws KeyError `key_missing`, `key_exposed` or `key_unreadable`. */
export async function readKeyFile(path: string, purpose: KeyPurpose): Promise<Signer> {
  let pem: string;
  try {
    await assertPrivate(path, purpose);
    pem = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    throw new KeyError(isMissing(cause) ? 'key_missing' : 'key_unreadable', purpose, path, cause);
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return createSigner(key);
  } catch (cause) {
    throw new KeyError('key_unreadable', purpose, path, cause);
  }
  throw new KeyError('key_unreadable', purpose, path);
}

async function assertPrivate(path: string, purpose: KeyPurpose): Promise<void> {
  // A mounted secret is often a symbolic link; what counts are the rights of the file it leads to.
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new KeyError('key_exposed', purpose, path);
}

/** A Signer on a private key in memory. */
export function createSigner(privateKey: KeyObject): Signer {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const publicKey = new Uint8Array(der.subarray(der.length - 32));
  return {
    keyId: hash('sha256', spkiOf(publicKey), 'hex'),
    publicKey,
    sign: async (bytes) => new Uint8Array(sign(null, bytes, privateKey)),
  };
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
