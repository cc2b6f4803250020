/** The rooms on one open database: what the server and the command line share. */
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import type { Config } from '#src/config.ts';
import { reactionsTo } from '#src/delivery/inbox/reactions.ts';
import { type Groups, membersIn } from '#src/delivery/people/groups.ts';
import { confirmedAssignments, standInsAt } from '#src/delivery/people/roster.ts';
import { createDesk, type Desk } from '#src/delivery/requests/desk.ts';
import type { EventContext, Recorder } from '#src/delivery/streams/record.ts';
import { fileFlawFrom } from '#src/delivery/systems/evidence.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import type { Library } from '#src/knowledge/library.ts';
import { systemKeyOf } from '#src/systems/names.ts';
import type { OpenDatabase } from './database.ts';
import { openRecorder } from './evidence/recorder.ts';
import { newId } from './ids.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

export type Core = {
  readonly stores: Stores;
  readonly crypto: Crypto;
  readonly workspace: Workspace;
  readonly recorder: Recorder;
  readonly desk: Desk;
  /** Who was ever given which role, without whom a user group does not confirm now. */
  readonly assignments: () => ReturnType<typeof confirmedAssignments>;
  readonly now: () => Date;
};

/** Puts the rooms together. `committed` is called after each commit. Throws StartRefusedError. */
export async function openCore(
  config: Config,
  open: OpenDatabase,
  parts: {
    readonly workspaceId: string;
    /** The library in force. */
    readonly library: () => Library;
    readonly policy: LoadedPolicy;
    readonly committed: () => void;
    /** User groups of the workspace; without them nobody holds a role by a group. */
    readonly groups?: Groups;
    readonly now: () => Date;
  },
): Promise<Core> {
  const stores = createStores(open.database, () => newId(parts.now()));
  const crypto = createNodeCrypto();
  const workspace = await openWorkspace(config, stores, crypto, parts.workspaceId, parts.now);
  const recorder = openRecorder(crypto, workspace.keys.statement);
  const membersOf = parts.groups && membersIn(parts.groups, stores.people);
  const desk = createDesk({
    ledger: stores.ledger,
    recorder,
    now: parts.now,
    standIns: (at) => standInsAt(stores.records, at, membersOf),
    systemOwner: async (system) => (await stores.records.read('system', systemKeyOf(system)))?.parent ?? null,
    fileFlaw: fileFlawFrom(stores.ledger),
    newId,
    knowledge: () => knowledgeOf(parts.library()),
    policyBytes: (hash) => (hash === parts.policy.hash ? parts.policy.bytes : null),
    reactions: reactionsTo,
    committed: parts.committed,
  });
  return {
    stores,
    crypto,
    workspace,
    recorder,
    desk,
    assignments: () => confirmedAssignments(stores, membersOf),
    now: parts.now,
  };
}

/** The documents in force, as evidence names them. */
export function knowledgeOf(library: Library): NonNullable<EventContext['knowledge']> {
  return [...library.documents.values()].map((d) => ({ document: d.id, version: d.version, sha256: d.hash }));
}
