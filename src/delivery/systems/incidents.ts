/**
 * Incidents (POL-6.3, 6.4): any one holder of a role that the policy names stops a system, a version, a vendor or an
 * environment at once. One commit, and the gate denies; suspending each approval follows from it.
 */

import { ownReasons } from '#src/approvals/in-force.ts';
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import { authorityIn, authorityToStop, isExcluded } from '#src/approvals/seats.ts';
import { isReference } from '#src/approvals/text-limits.ts';
import { isApproved } from '#src/approvals/timers.ts';
import type { Roster, SubmittedState } from '#src/approvals/types.ts';
import {
  applyHold,
  covers,
  HOLD_HIDDEN,
  type Hold,
  type HoldEvent,
  type HoldScope,
  type HoldSubject,
  holdScopeSchema,
  liftRefusal,
} from '#src/systems/holds.ts';
import { sameName, systemKeyOf } from '#src/systems/names.ts';
import { holdNotices } from '../people/notices.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import type { RecordStore } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';
import { rowOfHold, vendorsOfRow } from './rows.ts';

export type IncidentDeps = StreamDeps & {
  readonly ledger: Ledger;
  readonly records: RecordStore;
  readonly requests: Pick<Desk, 'act' | 'read' | 'roster'>;
  readonly policy: () => ApprovalPolicy;
};

export type IncidentRefusal =
  | 'invalid'
  | 'role_missing'
  | 'unknown_hold'
  | 'not_held'
  | 'review_missing'
  | 'own_review'
  | 'wrong_basis'
  | 'no_fresh_quorum'
  | 'unknown_request';

export type IncidentResult =
  | { readonly ok: true; readonly hold: Hold; readonly entry: number | null }
  | { readonly ok: false; readonly reason: IncidentRefusal; readonly detail: readonly string[] };

type By = { readonly person: string; readonly commandId: string };

export type IncidentDesk = {
  read(holdId: string): Promise<Hold | null>;
  /** `holdId` is chosen by the caller, so that a repeated submission is one hold. */
  place(
    holdId: string,
    what: { readonly scope: HoldScope; readonly incident: string; readonly reason: string },
    by: By,
  ): Promise<IncidentResult>;
  /** The post-incident review; `file` is the sha256 of a captured file. */
  review(
    holdId: string,
    what: { readonly findings: string; readonly file: string | null },
    by: By,
  ): Promise<IncidentResult>;
  /** Ends a hold on the strength of a request approved after it began. */
  lift(holdId: string, requestId: string, by: By): Promise<IncidentResult>;
  /** Suspends every approval that a hold covers; safe to call again. */
  enforce(holdId: string): Promise<void>;
};

const streamOf = (holdId: string): string => `incident:${holdId}`;
const refuse = (reason: IncidentRefusal, ...detail: readonly string[]): IncidentResult => ({
  ok: false,
  reason,
  detail,
});

/** Makes the desk of incidents. */
export function createIncidentDesk(deps: IncidentDeps): IncidentDesk {
  const read = async (id: string) => foldHold(await readEvents(deps.ledger, streamOf(id)));
  const act = (
    holdId: string,
    by: By,
    kind: string,
    decide: (hold: Hold | null, roster: Roster, at: Date) => Promise<HoldEvent | IncidentResult>,
  ): Promise<IncidentResult> => {
    const command = { stream: streamOf(holdId), actor: by.person, commandId: by.commandId, commandKind: kind };
    return onStream<IncidentResult>(
      deps,
      command,
      async (events, at) => {
        const before = foldHold(events);
        const event = await decide(before, await deps.requests.roster(), at);
        if ('ok' in event) return { kind: 'settled', result: event };
        const hold = applyHold(before, event, { at, actor: by.person });
        if (hold === null) return { kind: 'settled', result: refuse('unknown_hold') };
        const { role, assignment } = event.data;
        return {
          kind: 'commit',
          drafts: [{ type: event.type, data: event.data, hide: HOLD_HIDDEN[event.type], role, assignment }],
          records: [rowOfHold(hold)],
          outbox: holdNotices(
            event.type,
            hold,
            event.type === 'incident.hold_placed' ? await ownersOf(deps, hold) : [],
          ),
          result: (entry) => ({ ok: true, hold, entry }),
        };
      },
      async () => {
        const hold = await read(holdId);
        return hold === null ? refuse('unknown_hold') : { ok: true, hold, entry: null };
      },
    );
  };
  return {
    read,
    place: (holdId, what, by) =>
      act(holdId, by, 'incident.place', async (_, roster) => placing(deps, holdId, what, by, roster)),
    review: (holdId, what, by) =>
      act(holdId, by, 'incident.review', async (hold, roster) => reviewing(deps, hold, what, by, roster)),
    lift: (holdId, requestId, by) =>
      act(holdId, by, 'incident.lift', async (hold, roster, at) => lifting(deps, hold, requestId, by, roster, at)),
    enforce: (holdId) => enforce(deps, holdId, read),
  };
}

/** Owners of the systems that a hold is known to cover. Who asked for an approval is told when it is suspended. */
async function ownersOf(deps: IncidentDeps, { scope }: Hold): Promise<readonly string[]> {
  if (scope.by === 'environment') return [];
  const rows =
    scope.by === 'vendor'
      ? (await deps.records.list({ kind: 'system', limit: 10_000 })).filter((row) =>
          vendorsOfRow(row, '').some((vendor) => sameName(vendor, scope.vendor)),
        )
      : [await deps.records.read('system', systemKeyOf(scope.system))];
  return [...new Set(rows.flatMap((row) => row?.parent ?? []))];
}

function placing(
  deps: IncidentDeps,
  hold: string,
  what: { readonly scope: HoldScope; readonly incident: string; readonly reason: string },
  by: By,
  roster: Roster,
): HoldEvent | IncidentResult {
  const scope = holdScopeSchema.safeParse(what.scope);
  const incident = what.incident.trim();
  const reason = what.reason.trim();
  if (!scope.success) return refuse('invalid', 'scope');
  if (!isReference(incident)) return refuse('invalid', 'incident');
  if (reason === '' || reason.length > 1_000) return refuse('invalid', 'reason');
  const roles = deps.policy().kinds.deployment.suspend;
  const authority = authorityToStop(roster, by.person, roles);
  if (authority === null) return refuse('role_missing', ...roles);
  return { type: 'incident.hold_placed', data: { ...authority, hold, scope: scope.data, incident, reason } };
}

function reviewing(
  deps: IncidentDeps,
  hold: Hold | null,
  what: { readonly findings: string; readonly file: string | null },
  by: By,
  roster: Roster,
): HoldEvent | IncidentResult {
  const findings = what.findings.trim();
  if (hold === null) return refuse('unknown_hold');
  if (hold.status === 'lifted') return refuse('not_held');
  if (findings === '' || findings.length > 2_000) return refuse('invalid', 'findings');
  const roles = deps.policy().kinds.deployment.suspend;
  const authority = authorityIn(roster, by.person, roles);
  if (authority === null) return refuse('role_missing', ...roles);
  return { type: 'incident.reviewed', data: { ...authority, findings, file: what.file } };
}

async function lifting(
  deps: IncidentDeps,
  hold: Hold | null,
  requestId: string,
  by: By,
  roster: Roster,
  at: Date,
): Promise<HoldEvent | IncidentResult> {
  if (hold === null) return refuse('unknown_hold');
  const row = await deps.ledger.findRequest(requestId);
  const state = row === null ? null : ((await deps.requests.read(row.id))?.state ?? null);
  if (state === null) return refuse('unknown_request', requestId);
  // Whoever asked for the deployment does not decide that the incident is over.
  if (isExcluded(state, by.person)) return refuse('own_review');
  const subject = await subjectOf(deps, state);
  if (subject === null) return refuse('wrong_basis', state.shortId);
  const approved = isApproved(state) && state.suspension === null && ownReasons(state, at.getTime()).length === 0;
  const reason = liftRefusal(hold, { subject, approved, decidedAtMs: state.decision?.atMs ?? null });
  if (reason !== null) return refuse(reason, state.shortId);
  const roles = deps.policy().kinds.deployment.revoke;
  const authority = authorityIn(roster, by.person, roles);
  if (authority === null) return refuse('role_missing', ...roles);
  return { type: 'incident.hold_lifted', data: { ...authority, request: state.id, shortId: state.shortId } };
}

async function enforce(deps: IncidentDeps, holdId: string, read: IncidentDesk['read']): Promise<void> {
  const hold = await read(holdId);
  if (hold === null || hold.status === 'lifted') return;
  const events = await readEvents(deps.ledger, streamOf(holdId));
  const placed = events[0]?.data as { readonly reason?: string } | undefined;
  const filter = { status: ['approved', 'approved_with_conditions', 'deployed', 'superseded'], limit: 10_000 };
  for (const { id } of await deps.ledger.listRequests(filter)) {
    const record = await deps.requests.read(id);
    if (record === null) continue;
    const { state } = record;
    const decidedAtMs = state.decision?.atMs ?? 0;
    const subject = await subjectOf(deps, state);
    // A decision taken after the hold began already knew of the incident.
    if (subject === null || decidedAtMs > Date.parse(hold.placedAt) || !covers(hold.scope, subject)) continue;
    await deps.requests.act(id, {
      type: 'suspend',
      commandId: `hold:${hold.id}:${id}`,
      by: hold.by,
      reason: placed?.reason ?? hold.incident,
      // Holds from before this was one word say theirs in the reason; the hold itself is a reference as well.
      incident: isReference(hold.incident) ? hold.incident : hold.id,
    });
  }
}

/** What a deployment request is about, with the vendors that the inventory knows of; null for other requests. */
async function subjectOf(deps: IncidentDeps, state: SubmittedState): Promise<HoldSubject | null> {
  const { document } = state;
  if (document.kind !== 'deployment') return null;
  const { system, version, environment, digest } = document;
  const row = await deps.records.read('system', systemKeyOf(system));
  return { system, version, environment, vendors: vendorsOfRow(row, digest) };
}

/** State of a hold's stream. */
export function foldHold(events: readonly StreamEvent[]): Hold | null {
  return events.reduce<Hold | null>(
    (hold, { type, data, at, actor }) =>
      Object.hasOwn(HOLD_HIDDEN, type) ? applyHold(hold, { type, data } as HoldEvent, { at, actor }) : hold,
    null,
  );
}
