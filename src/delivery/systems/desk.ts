/** The desk of the inventory: one command, or one request to follow, against one system. */

import type { DeploymentDocument } from '#src/approvals/document.ts';
import { isApproved } from '#src/approvals/timers.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { aliasWatch, remindAtMs } from '#src/systems/alias.ts';
import {
  decideSystem,
  followRequest,
  followUseCase,
  type SystemActor,
  type SystemCommand,
  type SystemRefusal,
} from '#src/systems/decide-system.ts';
import { systemKeyOf } from '#src/systems/names.ts';
import {
  applySystem,
  type Phase,
  SYSTEM_HIDDEN,
  type SystemEvent,
  type SystemRequest,
  type SystemState,
  type SystemUseCase,
  statusOf,
  tierOfSystem,
} from '#src/systems/system.ts';
import type { Commit, NewTimer } from '../ports.ts';
import { cursorRow, followCommand } from '../streams/follow-cursor.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent, type StreamStep } from '../streams/stream.ts';
import { holdsNow } from './rows.ts';

export type SystemsDeskDeps = StreamDeps & { readonly records: RecordStore };

export type SystemResult =
  | { readonly ok: true; readonly state: SystemState; readonly entry: number | null }
  | { readonly ok: false; readonly reason: SystemRefusal; readonly detail: readonly string[] };

export type SystemsDesk = {
  read(name: string): Promise<SystemState | null>;
  act(name: string, command: SystemCommand, by: SystemActor, commandId: string): Promise<SystemResult>;
  /** Brings the inventory up to a request's state; does nothing the second time. `index`: log index it was seen at. */
  follow(request: SubmittedState, index: number): Promise<void>;
};

const streamOf = (key: string): string => `system:${key}`;

/** One system by its name, with what people stated about it; null when there is none. */
export async function readSystem(ledger: StreamDeps['ledger'], name: string): Promise<SystemState | null> {
  return foldSystem(await readEvents(ledger, streamOf(systemKeyOf(name))));
}

/** Makes the desk. Refusals are results; throws CommitError and what the stores throw. */
export function createSystemsDesk(deps: SystemsDeskDeps): SystemsDesk {
  const queue = createKeyedQueue();
  const read = (name: string) => readSystem(deps.ledger, name);
  return {
    read,
    act(name, command, by, commandId) {
      const key = systemKeyOf(name);
      const about = { stream: streamOf(key), actor: by.person, commandId, commandKind: `system.${command.type}` };
      const again = async (): Promise<SystemResult> => {
        const state = await read(name);
        if (state === null) return { ok: false, reason: 'unknown_system', detail: [] };
        return { ok: true, state, entry: null };
      };
      return queue(key, () =>
        onStream<SystemResult>(
          deps,
          about,
          async (events, at) => {
            const state = foldSystem(events);
            const holds = command.type === 'describe' ? await holdsNow(deps.records) : [];
            const decision = decideSystem(state, command, by, holds);
            if (!decision.ok) return { kind: 'settled', result: decision };
            const objects = decision.manifest === undefined ? [] : [objectOf(decision.manifest, decision.events)];
            return step(deps, { before: state, events: decision.events, at, actor: by.person, objects, cursor: null });
          },
          again,
        ),
      );
    },
    async follow(request, index) {
      const about = aboutOf(request);
      if (about === null) return;
      const key = systemKeyOf(about.name);
      const commandId = followCommand(request);
      const stream = { stream: streamOf(key), actor: 'service', commandId, commandKind: 'system.follow' };
      const nothing: SystemResult = { ok: false, reason: 'nothing_changed', detail: [] };
      await queue(key, () =>
        onStream<SystemResult>(
          deps,
          stream,
          (events, at) => {
            const before = foldSystem(events);
            const made = follow(before, request, { ...about, at });
            if (made.length === 0) return { kind: 'settled', result: nothing };
            return step(deps, { before, events: made, at, actor: 'service', objects: [], cursor: index });
          },
          async () => nothing,
        ),
      );
    },
  };
}

type About = { readonly name: string; readonly purpose: string; readonly owner: string };

/** The system that a request is about; null where the inventory has nothing to follow. */
function aboutOf({ document, owner }: SubmittedState): About | null {
  if (document.kind !== 'deployment' && document.kind !== 'use-case') return null;
  return { name: document.system, purpose: document.purpose, owner };
}

function follow(
  before: SystemState | null,
  request: SubmittedState,
  about: About & { readonly at: Date },
): readonly SystemEvent[] {
  const { document } = request;
  if (document.kind === 'deployment') return followRequest(before, requestSeen(request, document), about);
  return document.kind === 'use-case' ? followUseCase(before, commonSeen(request), about) : [];
}

type Step = {
  readonly before: SystemState | null;
  readonly events: readonly SystemEvent[];
  readonly at: Date;
  readonly actor: string;
  readonly objects: Commit['objects'];
  readonly cursor: number | null;
};

function step(deps: SystemsDeskDeps, { before, events, at, actor, objects, cursor }: Step): StreamStep<SystemResult> {
  const state = events.reduce((s, event) => applySystem(s, event, { at, actor }), before);
  if (state === null) throw new Error('a system without its registration');
  return {
    kind: 'commit',
    drafts: events.map((event) => ({ type: event.type, data: event.data, hide: SYSTEM_HIDDEN[event.type] })),
    records: [rowOfSystem(state), ...(cursor === null ? [] : [cursorRow(cursor)])],
    timers: timersFor(deps, state, events, at),
    timersCancelled: cancelledBy(state, events),
    objects,
    result: (entry) => ({ ok: true, state, entry }),
  };
}

/** The row of a system: what lists and the gate look at, without free text. */
export function rowOfSystem(state: SystemState): RecordRow {
  const { key, name, owner, vendors, approvalDue, ssrm, version, decommission } = state;
  const versions = state.versions
    .filter((one) => one.vendors.length > 0)
    .map((one) => {
      const alias = aliasWatch(one);
      return { version: one.version, digest: one.digest, vendors: one.vendors, ...(alias === null ? {} : { alias }) };
    });
  const tier = tierOfSystem(state);
  const row = { name, vendors, versions, tier, approvalDue, ssrm, decommissioning: decommission !== null };
  return { kind: 'system', id: key, parent: owner, status: statusOf(state), version, state: row };
}

/** State of a system's stream. */
export function foldSystem(events: readonly StreamEvent[]): SystemState | null {
  return events.reduce<SystemState | null>(
    // Stored by this program; an event of a later version changes nothing here.
    (state, { type, data, at, actor }) =>
      Object.hasOwn(SYSTEM_HIDDEN, type) ? applySystem(state, { type, data } as SystemEvent, { at, actor }) : state,
    null,
  );
}

/** What the inventory sees of every kind of request. */
function commonSeen(state: SubmittedState): SystemUseCase {
  const validUntilMs = state.decision?.validUntilMs ?? null;
  return {
    request: state.id,
    shortId: state.shortId,
    tier: state.terms.tier,
    phase: phaseOf(state),
    validUntil: validUntilMs === null ? null : new Date(validUntilMs).toISOString(),
  };
}

/** A deployment request as the inventory sees it. */
function requestSeen(state: SubmittedState, document: DeploymentDocument): SystemRequest {
  const { version, digest, environment } = document;
  return { ...commonSeen(state), version, digest, environment, supersededBy: state.supersededBy };
}

function phaseOf(state: SubmittedState): Phase {
  const live = isApproved(state) || (state.breakGlass !== null && !state.breakGlass.ended);
  if (live && state.suspension !== null) return 'suspended';
  if (live) return state.deployments.length > 0 ? 'deployed' : 'approved';
  const open = state.decision === null && !['withdrawn', 'refused', 'expired'].includes(state.status);
  return open ? 'proposed' : 'ended';
}

/** A review of a floating alias and the due date of a system that was there before are timers of the system. */
function timersFor(
  deps: SystemsDeskDeps,
  state: SystemState,
  events: readonly SystemEvent[],
  at: Date,
): readonly NewTimer[] {
  const subject = streamOf(state.key);
  const timers: NewTimer[] = [];
  for (const event of events) {
    if (event.type === 'system.registered' && event.data.approvalDue !== null)
      timers.push({ id: deps.newId(at), dueAt: new Date(event.data.approvalDue), kind: 'approval_due', subject });
    const digest =
      event.type === 'system.version_added' || event.type === 'system.alias_reviewed' ? event.data.digest : '';
    const version = state.versions.find((one) => one.digest === digest);
    const watch = version === undefined ? null : aliasWatch(version);
    if (watch !== null) {
      const early = new Date(remindAtMs(watch, version?.reviewEveryDays ?? 0));
      timers.push({ id: deps.newId(at), dueAt: early, kind: `alias_review:${digest}`, subject });
      timers.push({ id: deps.newId(at), dueAt: new Date(watch.dueAt), kind: `alias_overdue:${digest}`, subject });
    }
  }
  return timers;
}

function cancelledBy(state: SystemState, events: readonly SystemEvent[]): Commit['timersCancelled'] {
  const kinds = events.flatMap((event) =>
    event.type === 'system.alias_reviewed'
      ? [`alias_review:${event.data.digest}`, `alias_overdue:${event.data.digest}`]
      : [],
  );
  return kinds.length === 0 ? [] : [{ subject: streamOf(state.key), kinds }];
}

/** The manifest under its own sha256, which is the version's identity. */
function objectOf(manifest: object, events: readonly SystemEvent[]): Commit['objects'][number] {
  const added = events.find((event) => event.type === 'system.version_added');
  const sha256 = added?.type === 'system.version_added' ? (added.data.manifest ?? '') : '';
  return { sha256, mediaType: 'application/json', bytes: canonicalBytes(manifest) };
}
