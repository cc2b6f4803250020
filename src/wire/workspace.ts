/**
 * Whose database this is. The first start stamps it with its workspace and its log's origin and makes the keys; every
 * later start must agree, so that a lost Slack token never opens a sandbox on a real log (DESIGN.md, "fails closed").
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KEY_REMEDIES, KeyError, type LogKeys, openKeys } from '#src/adapters/keys/key-files.ts';
import { openLastSigned } from '#src/adapters/keys/last-signed.ts';
import type { Stores } from '#src/adapters/prisma/stores.ts';
import type { Config } from '#src/config.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '#src/evidence/note.ts';
import type { Crypto, KnownKey, RecordedKey, SignedMemory, Signer } from '#src/evidence/ports.ts';
import { untilRetired } from './evidence/retiring-keys.ts';

/** A start that must not happen. The command line prints it and exits 2. */
export class StartRefusedError extends Error {
  readonly code:
    | 'other_workspace'
    | 'history_forked'
    | 'other_origin'
    | 'keys'
    | 'data_folder'
    | 'slack_unreachable'
    | 'policy_invalid'
    | 'knowledge_invalid'
    | 'directory_invalid';
  constructor(code: StartRefusedError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StartRefusedError';
    this.code = code;
  }
}

export type Workspace = {
  readonly workspaceId: string;
  readonly origin: string;
  readonly keys: LogKeys;
  /** Checkpoint keys, retired ones included: old checkpoints still verify. */
  readonly checkpointKeys: readonly VerifierKey[];
  readonly statementKeys: readonly KnownKey[];
  /** The verifier key string an auditor is given. */
  readonly vkey: string;
  /** What was signed last, kept beside the keys. */
  readonly lastSigned: SignedMemory;
  readonly first: boolean;
};

/** Opens, or stamps, the workspace. Throws StartRefusedError. */
export async function openWorkspace(
  config: Pick<Config, 'dataDir' | 'logOrigin' | 'signingKeyFile' | 'checkpointKeyFile'>,
  stores: Pick<Stores, 'workspace' | 'evidence'>,
  crypto: Crypto,
  workspaceId: string,
  now: () => Date,
): Promise<Workspace> {
  let stamp = await stores.workspace.read();
  let recorded = await stores.evidence.readKeys();
  const first = stamp === null;
  const keys = await keysFor(config, recorded, now());
  if (stamp === null) {
    const at = now();
    const logOrigin = config.logOrigin ?? `countersign.local/${randomBytes(8).toString('hex')}`;
    const made = await stores.workspace.createOnce({ workspaceId, logOrigin, createdAt: at }, [
      keyRecord('statement', keys.statement, at),
      keyRecord('checkpoint', keys.checkpoint, at),
    ]);
    stamp = made.stamp;
    recorded = await stores.evidence.readKeys();
    if (!made.created) await keysFor(config, recorded, now());
  }
  if (stamp.workspaceId !== workspaceId) throw otherWorkspace(stamp.workspaceId, workspaceId);
  if (config.logOrigin !== null && config.logOrigin !== stamp.logOrigin) {
    throw new StartRefusedError(
      'other_origin',
      `The log of this database is named ${stamp.logOrigin}, not ${config.logOrigin}. A log keeps its name: remove COUNTERSIGN_LOG_ORIGIN, or use the database that belongs to it.`,
    );
  }
  const checkpoint = recorded.filter((key) => key.purpose === 'checkpoint');
  const checkpointKeys = await Promise.all(
    checkpoint.map(async (key) =>
      parseVerifierKey(crypto, await formatVerifierKey(crypto, stamp.logOrigin, key.publicKey)),
    ),
  );
  return {
    workspaceId,
    origin: stamp.logOrigin,
    keys: untilRetired(keys, { readKeys: stores.evidence.readKeys, now }),
    checkpointKeys,
    statementKeys: recorded.filter((key) => key.purpose === 'statement'),
    vkey: await formatVerifierKey(crypto, stamp.logOrigin, keys.checkpoint.publicKey),
    lastSigned: openLastSigned(join(config.dataDir, 'keys')),
    first,
  };
}

async function keysFor(
  config: Pick<Config, 'dataDir' | 'signingKeyFile' | 'checkpointKeyFile'>,
  recorded: readonly RecordedKey[],
  now: Date,
): Promise<LogKeys> {
  const files = {
    ...(config.signingKeyFile === null ? {} : { statement: config.signingKeyFile }),
    ...(config.checkpointKeyFile === null ? {} : { checkpoint: config.checkpointKeyFile }),
  };
  try {
    return await openKeys({ folder: join(config.dataDir, 'keys'), files, recorded, now });
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new StartRefusedError(
      'keys',
      `The ${error.purpose} key (${error.path}) cannot be used: ${KEY_REMEDIES[error.code]}.`,
      error,
    );
  }
}

function keyRecord(purpose: RecordedKey['purpose'], signer: Signer, at: Date): RecordedKey {
  return { purpose, keyId: signer.keyId, publicKey: signer.publicKey, validFrom: at, retiredAt: null };
}

function otherWorkspace(stamped: string, wanted: string): StartRefusedError {
  const own = stamped === 'sandbox' ? 'the sandbox' : `the Slack workspace ${stamped}`;
  const now = wanted === 'sandbox' ? 'the sandbox' : `the Slack workspace ${wanted}`;
  return new StartRefusedError(
    'other_workspace',
    `This database belongs to ${own}; this start is for ${now}. Nothing was changed. ${
      wanted === 'sandbox'
        ? 'Set SLACK_BOT_TOKEN again, or give the sandbox a data folder of its own: COUNTERSIGN_DATA_DIR=./sandbox-data'
        : 'Use a database of its own for each workspace: another DATABASE_URL or COUNTERSIGN_DATA_DIR.'
    }`,
  );
}
