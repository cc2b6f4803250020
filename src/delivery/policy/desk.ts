/** The desk of the rules: which version of the approval policy and of the gate's settings is in force, and what waits. */
import { adminsAt } from '#src/directory/governed.ts';
import {
  applyPolicy,
  decidePolicy,
  emptyPolicies,
  type FileVersion,
  type GovernedFile,
  openOf,
  POLICY_HIDDEN,
  type PolicyCommand,
  type PolicyEvent,
  type PolicyProposal,
  type PolicyRefusal,
  type PolicyState,
  saidNoTo,
} from '#src/directory/policies.ts';
import type { Ledger, OutgoingMessage } from '../ports.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import { byCommand, type MadeRow } from '../streams/made.ts';
import { asRecord, type RecordRow } from '../streams/ports.ts';
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

export type StartedWith = {
  readonly inForce: FileVersion;
  /** The proposal that waits. */
  readonly waiting: string | null;
  /** The file is a version that was in force before: the rules moved on in Slack, and the file did not follow. */
  readonly left: boolean;
  /** The proposal in which somebody said no to this version; it is proposed again when somebody asks for it in Slack. */
  readonly saidNo: PolicyProposal | null;
};

export type PolicyDesk = {
  read(): Promise<PolicyState>;
  /** `more`: the bytes of the version that the command names, and what is said together with its events. */
  act(
    command: PolicyCommand,
    by: string,
    commandId: string,
    more?: { readonly bytes?: Uint8Array; readonly outbox?: readonly OutgoingMessage[] },
  ): Promise<PolicyResult>;
  /** What a start does with a file: the first one ever is in force; a later one that differs is proposed, once. */
  start(document: GovernedFile, file: PolicyFile, startId: string): Promise<StartedWith>;
  /** The bytes of a version that was ever proposed or adopted. */
  bytesOf(sha256: string): Promise<Uint8Array | null>;
};

/** Makes the desk. Throws CommitError and what the ledger throws. */
export function createPolicyDesk(deps: PolicyDeskDeps): PolicyDesk {
  const queue = createKeyedQueue();
  const read = async () => foldPolicies(await readEvents(deps.ledger, STREAM));
  const act: PolicyDesk['act'] = (command, by, commandId, { bytes, outbox = [] } = {}) =>
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
            outbox: [...(deps.reactions?.(decision.events, decision.state) ?? []), ...outbox],
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
      const none = { waiting: null, left: false, saidNo: null };
      if (current === undefined) {
        await act({ type: 'begin', document, to }, 'service', `policy-begin:${document}`, { bytes });
        return { ...none, inForce: to };
      }
      // What the committee is deciding goes on, whatever the file says by now.
      for (const { id } of [...state.proposals.values()].filter((p) => p.document === document && isOfFile(p, sha256)))
        await act(
          { type: 'refuse', proposal: id, reason: 'The file changed again.', ended: 'replaced' },
          'service',
          `replaced:${id}`,
        );
      const inForce = current;
      if (current.sha256 === sha256) return { ...none, inForce };
      const waiting = openOf(state, document, sha256)?.id ?? null;
      if (waiting !== null) return { ...none, inForce, waiting };
      if (state.adopted.has(sha256)) return { ...none, inForce, left: true };
      const saidNo = saidNoTo(state, document, sha256);
      if (saidNo !== null) return { ...none, inForce, saidNo };
      const proposal = deps.newId(deps.now());
      const commandId = `policy-propose:${startId}:${document}`;
      await act({ type: 'propose', proposal, document, to }, 'service', commandId, { bytes });
      return { ...none, inForce, waiting: proposal };
    },
    bytesOf: async (sha256) => (await deps.ledger.readObject(sha256))?.bytes ?? null,
  };
}

/** Whether an earlier state of the file waits, and nobody votes on it yet. */
function isOfFile({ status, by, vote, to }: PolicyProposal, sha256: string): boolean {
  return status === 'open' && by === 'service' && vote === null && to.sha256 !== sha256;
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
