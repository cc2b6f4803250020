/** The desk of the rules: which version of the approval policy and of the gate's settings is in force, and what waits. */
import { adminsAt } from '#src/directory/governed.ts';
import {
  applyPolicy,
  decidePolicy,
  emptyPolicies,
  type FileVersion,
  type GovernedFile,
  POLICY_HIDDEN,
  type PolicyCommand,
  type PolicyEvent,
  type PolicyRefusal,
  type PolicyState,
} from '#src/directory/policies.ts';
import type { Ledger, OutgoingMessage } from '../ports.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import { asRecord, byCommand, type MadeRow } from '../streams/made.ts';
import type { RecordRow } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

const STREAM = 'policy';

export type PolicyDeskDeps = StreamDeps & {
  readonly ledger: Pick<Ledger, 'readStream' | 'head' | 'commit' | 'listAssignments' | 'readObject'>;
  readonly reactions?: (events: readonly PolicyEvent[], state: PolicyState) => readonly OutgoingMessage[];
};

export type PolicyResult =
  | { readonly ok: true; readonly state: PolicyState; readonly adopted: readonly GovernedFile[] }
  | { readonly ok: false; readonly reason: PolicyRefusal };

/** A version with its bytes, whose sha256 is the version's. */
export type PolicyFile = FileVersion & { readonly bytes: Uint8Array };

export type PolicyDesk = {
  read(): Promise<PolicyState>;
  act(command: PolicyCommand, by: string, commandId: string, bytes?: Uint8Array): Promise<PolicyResult>;
  /**
   * What a start does with a file: the first one ever is in force; a later one that differs is proposed, once. A
   * version that was in force before is `left`: the rules moved on in Slack, and the file did not follow. Returns
   * the version in force, and the proposal that waits.
   */
  start(
    document: GovernedFile,
    file: PolicyFile,
    startId: string,
  ): Promise<{ readonly inForce: FileVersion; readonly waiting: string | null; readonly left: boolean }>;
  /** The bytes of a version that was ever proposed or adopted. */
  bytesOf(sha256: string): Promise<Uint8Array | null>;
};

/** Makes the desk. Throws CommitError and what the ledger throws. */
export function createPolicyDesk(deps: PolicyDeskDeps): PolicyDesk {
  const queue = createKeyedQueue();
  const read = async () => foldPolicies(await readEvents(deps.ledger, STREAM));
  const act: PolicyDesk['act'] = (command, by, commandId, bytes) =>
    queue(STREAM, () =>
      onStream<PolicyResult>(
        deps,
        { stream: STREAM, actor: by, commandId, commandKind: `policy.${command.type}` },
        async (events, at) => {
          const admins = await adminsNow(deps, at);
          const decision = decidePolicy(foldPolicies(events), command, by, admins, at);
          if (!decision.ok) return { kind: 'settled', result: decision };
          const adopted = decision.events.flatMap((e) => (e.type === 'policy.adopted' ? [e.data.document] : []));
          const to = 'to' in command ? command.to.sha256 : null;
          const objects =
            to === null || bytes === undefined ? [] : [{ sha256: to, mediaType: 'application/json', bytes }];
          return {
            kind: 'commit',
            drafts: decision.events.map((e) => ({ type: e.type, data: e.data, hide: POLICY_HIDDEN[e.type] })),
            records: rowsOf(decision.events, decision.state, events.length + decision.events.length),
            outbox: deps.reactions?.(decision.events, decision.state) ?? [],
            objects,
            result: () => ({ ok: true, state: decision.state, adopted }),
          };
        },
        async () => ({ ok: true, state: await read(), adopted: [] }),
      ),
    );
  return {
    read,
    act,
    async start(document, file, startId) {
      const state = await read();
      const { sha256, version, bytes } = file;
      const to = { sha256, version };
      const current = state.inForce.get(document);
      if (current === undefined) {
        await act({ type: 'begin', document, to }, 'service', `policy-begin:${document}`, bytes);
        return { inForce: to, waiting: null, left: false };
      }
      const open = [...state.proposals.values()].filter(
        (p) => p.document === document && p.status === 'open' && p.by === 'service' && p.vote === null,
      );
      const same = open.find((p) => p.to.sha256 === sha256);
      // What the committee is deciding goes on, whatever the file says by now.
      const voted = [...state.proposals.values()].find((p) => p.status === 'open' && p.to.sha256 === sha256);
      for (const { id } of open.filter((p) => p !== same))
        await act({ type: 'refuse', proposal: id, reason: 'The file changed again.' }, 'service', `replaced:${id}`);
      if (current.sha256 === sha256) return { inForce: current, waiting: null, left: false };
      if (voted !== undefined) return { inForce: current, waiting: voted.id, left: false };
      if (state.adopted.has(sha256)) return { inForce: current, waiting: null, left: true };
      const proposal = deps.newId(deps.now());
      await act({ type: 'propose', proposal, document, to }, 'service', `policy-propose:${startId}:${document}`, bytes);
      return { inForce: current, waiting: proposal, left: false };
    },
    bytesOf: async (sha256) => (await deps.ledger.readObject(sha256))?.bytes ?? null,
  };
}

async function adminsNow(deps: PolicyDeskDeps, now: Date): Promise<ReadonlySet<string>> {
  return adminsAt(await deps.ledger.listAssignments(), now);
}

function rowsOf(events: readonly PolicyEvent[], state: PolicyState, version: number): readonly RecordRow[] {
  const rows: RecordRow[] = [];
  for (const { data } of events) {
    const proposal = 'proposal' in data && data.proposal !== null ? state.proposals.get(data.proposal) : undefined;
    if (proposal !== undefined) {
      const { id, status, document, ...rest } = proposal;
      rows.push({ kind: 'policy-proposal', id, parent: document, status, version, state: rest });
    }
  }
  for (const [document, { sha256, ...rest }] of state.inForce)
    rows.push({ kind: 'policy', id: document, parent: sha256, status: 'in_force', version, state: rest });
  return rows;
}

/** The rows that a stored stream comes to, each with the event that touched it last. */
export function policyRows(events: readonly StreamEvent[]): readonly MadeRow[] {
  const state = foldPolicies(events);
  const rows = new Map<string, MadeRow>();
  for (const group of byCommand(events.filter(({ type }) => Object.hasOwn(POLICY_HIDDEN, type)))) {
    const touched = group.map(({ type, data }) => ({ type, data }) as PolicyEvent);
    const by = group.at(-1) as StreamEvent;
    for (const row of rowsOf(touched, state, by.seq)) rows.set(`${row.kind} ${row.id}`, { row: asRecord(row), by });
  }
  return [...rows.values()];
}

/** State of the stored stream. */
function foldPolicies(events: readonly StreamEvent[]): PolicyState {
  return events
    .filter(({ type }) => Object.hasOwn(POLICY_HIDDEN, type))
    .reduce(
      (state, { type, data, at, actor }) => applyPolicy(state, { type, data } as PolicyEvent, { at, actor }),
      emptyPolicies,
    );
}
