/**
 * The desk: one command of a person or a timer against one request, from reading to commit. Everything that must hold
 * is checked here at the moment of the click, by `decide`; what a card showed does not matter.
 */

import { createHash } from 'node:crypto';
import { fold } from '#src/approvals/apply.ts';
import { basisIdsOf } from '#src/approvals/basis.ts';
import type { Command, Decision, Refusal } from '#src/approvals/commands.ts';
import { decide } from '#src/approvals/decide.ts';
import type { EvidenceItem, RequestDocument } from '#src/approvals/document.ts';
import { systemOf, systemsOf } from '#src/approvals/document-facts.ts';
import type { ApprovalEvent } from '#src/approvals/events.ts';
import { rolesOf } from '#src/approvals/seats.ts';
import type { Person, RequestState, Roster, SubmittedState } from '#src/approvals/types.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { reveal } from '#src/evidence/disclose.ts';
import { rosterFrom, type StandIns } from '../people/roster.ts';
import type { Commit, Disclosure, Ledger, NewTimer, OutgoingMessage, StoredEvent } from '../ports.ts';
import { type Attempt, commitLoop } from '../streams/commit-loop.ts';
import { genuine } from '../streams/disclosures.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import type { EventContext, Recorder } from '../streams/record.ts';
import { draftsOf } from './evidence.ts';
import { relatedTo } from './related.ts';

/** A request as it is read: its state, and the log index of each of its events. */
export type RequestRecord = {
  readonly state: SubmittedState;
  readonly entries: readonly {
    readonly type: string;
    readonly seq: number;
    readonly index: number;
    readonly at: Date;
    readonly actor: Person;
  }[];
  readonly events: readonly ApprovalEvent[];
};

export type DeskResult =
  | {
      readonly ok: true;
      readonly state: SubmittedState;
      readonly events: readonly ApprovalEvent[];
      readonly firstIndex: number;
    }
  /** Committed before: a redelivery. Nothing was done now. */
  | { readonly ok: true; readonly state: SubmittedState; readonly events: readonly []; readonly firstIndex: null }
  | {
      readonly ok: false;
      readonly reason: Refusal;
      readonly detail: readonly string[];
      readonly state: SubmittedState | null;
    };

/** A command without what the desk itself supplies. */
export type DeskCommand = Command extends infer C
  ? C extends Command
    ? Omit<C, 'roster' | 'related' | 'systemOwners'>
    : never
  : never;

export type DeskDeps = {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly now: () => Date;
  /** Delegations and absences in force; none where left out. */
  readonly standIns?: (now: Date) => Promise<StandIns>;
  /** Who owns a system by the inventory; null where it is not entered. Without it only the request says who does. */
  readonly systemOwner?: (system: string) => Promise<Person | null>;
  /** Why a captured file does not serve as evidence of a request; null when it does. Without it no file serves. */
  readonly fileFlaw?: FileFlawOf;
  readonly newId: (at: Date) => string;
  /** Packs in force, for the evidence. */
  readonly knowledge: () => NonNullable<EventContext['knowledge']>;
  /** The bytes whose sha256 is a policy's hash; null when they are not at hand. */
  readonly policyBytes: (hash: string) => Uint8Array | null;
  /** Messages that follow from what happened. */
  readonly reactions: (events: readonly ApprovalEvent[], state: SubmittedState) => readonly OutgoingMessage[];
  /** Called after each commit: wakes the outbox and the integrator. */
  readonly committed: () => void;
};

/** Why a captured file does not serve as evidence of a request of these persons; null when it does. */
export type FileFlawOf = (about: {
  readonly sha256: string;
  /** The piece of evidence that names it. */
  readonly item: Pick<EvidenceItem, 'kind' | 'url' | 'date'>;
  readonly document: RequestDocument;
  readonly excluded: readonly Person[];
  readonly at: Date;
}) => Promise<string | null>;

export type Desk = {
  act(
    requestId: string,
    command: DeskCommand,
    extra?: { readonly timersDone?: readonly string[] },
  ): Promise<DeskResult>;
  read(requestId: string): Promise<RequestRecord | null>;
  /** Who holds which role now; of a request, also which of its captured files serve. */
  roster(of?: SubmittedState): Promise<Roster>;
};

const streamOf = (requestId: string): string => `request:${requestId}`;

/** Makes the desk. Throws CommitError and what the ledger throws; refusals are results. */
export function createDesk(deps: DeskDeps): Desk {
  // Clicks on one request wait for each other here; other processes are kept apart by the ledger's guard.
  const queue = createKeyedQueue();
  return {
    act: (requestId, command, extra) =>
      queue(requestId, async () => {
        const duplicate = async (): Promise<DeskResult> => {
          const record = await read(deps, requestId);
          if (record === null) return { ok: false, reason: 'not_submitted', detail: [], state: null };
          return { ok: true, state: record.state, events: [], firstIndex: null };
        };
        const attempt = (at: Date) => attemptAct(deps, requestId, command, extra?.timersDone ?? [], at);
        const result = await commitLoop(deps, attempt, duplicate);
        if (result.ok && result.events.length > 0) deps.committed();
        return result;
      }),
    read: (requestId) => read(deps, requestId),
    roster: async (of) => (await rosterNow(deps, of)).roster,
  };
}

/** The reading half of a desk, for whoever changes nothing. */
export function createDeskReader(deps: DeskReaderDeps): Pick<Desk, 'read' | 'roster'> {
  return { read: (requestId) => read(deps, requestId), roster: async (of) => (await rosterNow(deps, of)).roster };
}

type DeskReaderDeps = Pick<DeskDeps, 'ledger' | 'now' | 'standIns' | 'fileFlaw'>;

type RosterNow = { readonly roster: Roster; readonly object: Commit['objects'][number] };

/**
 * Who may act in which role at this moment, and the record of it; only the given roles where they are known, because a
 * directory of thousands would be read and stored with every click.
 */
async function rosterNow(deps: DeskReaderDeps, of?: Evidenced, roles?: ReadonlySet<string>): Promise<RosterNow> {
  const now = deps.now();
  const [held, standIns, files, conditionFiles] = await Promise.all([
    deps.ledger.listAssignments(roles === undefined ? undefined : [...roles]),
    deps.standIns?.(now) ?? { delegations: [], absent: [] },
    of === undefined ? [] : filesInForce(deps, of, now),
    of === undefined ? [] : conditionFilesInForce(deps, of, now),
  ]);
  const roster = {
    ...rosterFrom(held, standIns, now),
    ...(files.length === 0 ? {} : { files }),
    ...(conditionFiles.length === 0 ? {} : { conditionFiles }),
  };
  const object = objectOf(roster);
  return { roster: { ref: object.sha256, ...roster }, object };
}

async function read(deps: DeskReaderDeps, requestId: string): Promise<RequestRecord | null> {
  const stored = await deps.ledger.readStream(streamOf(requestId));
  const events = restore(stored.events, stored.disclosures);
  const state = fold(events);
  if (state.status === 'draft') return null;
  const entries = stored.events.map((e) => ({ type: e.type, seq: e.seq, index: e.logIndex, at: e.at, actor: e.actor }));
  return { state, entries, events };
}

/** What evidence is judged with: the document, the conditions, and the persons whose word for it does not count. */
type Evidenced = Pick<SubmittedState, 'document' | 'requester' | 'owner' | 'submitter'> &
  Partial<Pick<SubmittedState, 'conditions' | 'systemOwners'>>;

/** The captured files of a request that serve now, by sha256: those that serve wherever the request names them. */
async function filesInForce(deps: DeskReaderDeps, of: Evidenced, at: Date): Promise<readonly string[]> {
  const excluded = [of.requester, of.owner, of.submitter, ...(of.systemOwners ?? [])];
  const serves = new Map<string, boolean>();
  for (const item of of.document.evidence) {
    const { sha256 } = item;
    if (sha256 === null || deps.fileFlaw === undefined) continue;
    const flaw = await deps.fileFlaw({ sha256, item, document: of.document, excluded, at });
    serves.set(sha256, flaw === null && serves.get(sha256) !== false);
  }
  return [...serves].flatMap(([sha256, all]) => (all ? [sha256] : []));
}

/** Flaws of a file for which nobody's word counts here yet; otherwise it is what it was captured as, and in force. */
const NO_WORD: ReadonlySet<string> = new Set(['not_attested', 'other_system', 'attested_by_requester']);

/** The captured files given for conditions that are in force; nobody needs to stand for them but who confirms. */
async function conditionFilesInForce(deps: DeskReaderDeps, of: Evidenced, at: Date): Promise<readonly string[]> {
  const found: string[] = [];
  for (const item of of.conditions?.flatMap(({ evidence }) => evidence) ?? []) {
    const { sha256 } = item;
    if (sha256 === null || deps.fileFlaw === undefined) continue;
    const flaw = await deps.fileFlaw({ sha256, item, document: of.document, excluded: [], at });
    if (flaw === null || NO_WORD.has(flaw)) found.push(sha256);
  }
  return found;
}

/**
 * The first piece of evidence that names a captured file which cannot serve: unknown, ended, of another kind, address or
 * day than it was captured with, or attested by the asking side. One that nobody stands for yet, or not for these
 * systems, may be submitted; until somebody does it is a mere assertion, which the terms judge. Null when there is none.
 */
async function evidenceFlaw(
  deps: DeskDeps,
  state: RequestState,
  command: DeskCommand,
  at: Date,
): Promise<string | null> {
  if (deps.fileFlaw === undefined) return null;
  const excluded = [command.by, ...('requester' in command ? [command.requester, command.owner] : [])];
  const document = 'document' in command ? command.document : state.status === 'draft' ? null : state.document;
  if (document === null) return null;
  // A condition's file waits for nobody's word: whoever confirms the condition gives it.
  const forCondition = command.type === 'evidence_condition';
  const given = forCondition ? [command.evidence] : 'document' in command ? document.evidence : [];
  for (const item of given) {
    const { sha256 } = item;
    const flaw = sha256 === null ? null : await deps.fileFlaw({ sha256, item, document, excluded, at });
    if (flaw !== null && !(NO_WORD.has(flaw) && (forCondition || flaw !== 'attested_by_requester')))
      return `${item.kind}: ${flaw.replace(/_/g, ' ')}`;
  }
  return null;
}

/** The side and document that a command leads to: those it brings, else those that stand. */
function evidencedBy(
  state: RequestState,
  command: DeskCommand,
  systemOwners: readonly Person[],
): Evidenced | undefined {
  if (command.type === 'submit' || command.type === 'break_glass')
    return { ...command, submitter: command.by, systemOwners };
  if (state.status === 'draft') return undefined;
  if (command.type !== 'edit') return state;
  return { ...state, document: command.document, systemOwners: [...state.systemOwners, ...systemOwners] };
}

/** What the request rests on, or will after this command. */
async function relatedNow(deps: DeskDeps, command: DeskCommand, state: RequestState) {
  const document = 'document' in command ? command.document : state.status === 'draft' ? null : state.document;
  const stateOf = async (id: string) => (await read(deps, id))?.state ?? null;
  return document === null ? [] : relatedTo({ findRequest: deps.ledger.findRequest, stateOf }, document);
}

/** Owners by the inventory, of the systems of a document that comes with the command. */
async function ownersNow({ systemOwner }: DeskDeps, command: DeskCommand): Promise<readonly Person[]> {
  if (!('document' in command) || systemOwner === undefined) return [];
  const owners = await Promise.all(systemsOf(command.document).map(systemOwner));
  return owners.flatMap((owner) => owner ?? []);
}

/** One round: read, decide, sign. The commit itself is the loop's. */
async function attemptAct(
  deps: DeskDeps,
  requestId: string,
  command: DeskCommand,
  timersDone: readonly string[],
  at: Date,
): Promise<Attempt<DeskResult>> {
  const stored = await deps.ledger.readStream(streamOf(requestId));
  const state = fold(restore(stored.events, stored.disclosures));
  const flaw = await evidenceFlaw(deps, state, command, at);
  if (flaw !== null)
    return { kind: 'settled', result: refused({ ok: false, reason: 'evidence_missing', detail: [flaw] }, state) };
  const roles = state.status === 'draft' ? undefined : rolesOf(state.terms);
  const systemOwners = await ownersNow(deps, command);
  const resolved = await rosterNow(deps, evidencedBy(state, command, systemOwners), roles);
  const related = await relatedNow(deps, command, state);
  const decision = decide(state, { ...command, roster: resolved.roster, related, systemOwners } as Command, at);
  if (!decision.ok) return { kind: 'settled', result: refused(decision, state) };
  const after = decision.state;
  if (after.status === 'draft') throw new Error('decide returned a draft after events');
  if (decision.events.length === 0) {
    return { kind: 'settled', result: { ok: true, state: after, events: [], firstIndex: null } };
  }
  const recorded = await deps.recorder.record(
    {
      stream: streamOf(requestId),
      afterSeq: stored.events.length,
      at,
      actor: command.by,
      commandId: command.commandId,
      commandKind: command.type,
    },
    draftsOf(decision.events, after, deps.knowledge(), resolved.roster),
  );
  const commit: Commit = {
    ...recorded,
    projections: [projectionOf(after)],
    outbox: deps.reactions(decision.events, after),
    timers: decision.timers.set.map((timer): NewTimer => {
      return { id: deps.newId(at), dueAt: timer.dueAt, kind: timer.kind, subject: streamOf(requestId) };
    }),
    timersDone,
    timersCancelled: cancelled(requestId, decision),
    objects: [resolved.object, ...policyObject(deps, command), ...shownObject(command, after)],
  };
  const events = decision.events;
  return { kind: 'commit', commit, result: (firstIndex) => ({ ok: true, state: after, events, firstIndex }) };
}

/**
 * What a voter was shown of a revision: the facts, in a fixed order. Its hash goes into the vote's evidence. The
 * document's texts are pinned by the revision's hash, so that they can be erased.
 */
export function shownTo(state: SubmittedState): {
  readonly sha256: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
} {
  return objectOf({
    request: state.shortId,
    revision: state.revision.hash,
    tier: state.terms.tier,
    tierReasons: state.terms.tierReasons,
    quorum: state.terms.quorum,
    evidence: state.terms.evidence,
    policy: state.terms.policyHash,
  });
}

/** Events as the core knows them, with the hidden values put back. */
export function restore(
  events: readonly StoredEvent[],
  disclosures: ReadonlyMap<string, Disclosure>,
): readonly ApprovalEvent[] {
  return events.map(
    (event) =>
      ({
        type: event.type,
        schemaVersion: event.schemaVersion,
        at: event.at.toISOString(),
        actor: event.actor,
        commandId: event.commandId,
        data: reveal(event.data, (hash) => genuine(disclosures.get(hash))),
        // Stored by this program under a schema version; `fold` is total over what it does not know.
      }) as ApprovalEvent,
  );
}

/** The projection row of a request: everything in it follows from the events. */
export function projectionOf(state: SubmittedState): Commit['projections'][number] {
  return {
    table: 'request',
    id: state.id,
    shortId: state.shortId,
    kind: state.document.kind,
    status: state.status,
    systemId: systemOf(state.document),
    requester: state.requester,
    version: state.version,
    decideBy: new Date(state.decideByMs),
    // Names and free text stay with the disclosures, so that erasing a person has one place to look at.
    state: {
      revision: state.revision.hash,
      tier: state.terms.tier,
      lastAtMs: state.lastAtMs,
      restsOn: basisIdsOf(state.document),
    },
  };
}

function refused(decision: Extract<Decision, { ok: false }>, state: RequestState): DeskResult {
  return {
    ok: false,
    reason: decision.reason,
    detail: decision.detail,
    state: state.status === 'draft' ? null : state,
  };
}

function cancelled(requestId: string, decision: Extract<Decision, { ok: true }>): Commit['timersCancelled'] {
  const kinds = decision.timers.cancel;
  return kinds.length === 0 ? [] : [{ subject: streamOf(requestId), kinds }];
}

function policyObject(deps: DeskDeps, command: DeskCommand): Commit['objects'] {
  if (command.type !== 'submit' && command.type !== 'break_glass') return [];
  const bytes = deps.policyBytes(command.policy.hash);
  return bytes === null ? [] : [{ sha256: command.policy.hash, mediaType: 'application/json', bytes }];
}

function shownObject(command: DeskCommand, state: SubmittedState): Commit['objects'] {
  if (command.type !== 'vote' || command.card === null) return [];
  const shown = shownTo(state);
  return shown.sha256 === command.card ? [shown] : [];
}

function objectOf(value: unknown): Commit['objects'][number] {
  const bytes = canonicalBytes(value);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), mediaType: 'application/json', bytes };
}
