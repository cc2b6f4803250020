/**
 * Holds: what an incident stops at once, before anybody has looked at single approvals (POL-6.3). A hold covers a
 * system, one version, everything of a vendor, or a whole environment; the gate denies what it covers. It ends only by
 * a post-incident review and a decision with a fresh quorum, taken after it began (POL-6.4).
 */
import { z } from 'zod';
import { sameName, systemKeyOf } from './names.ts';

const name = z.string().trim().min(1).max(120);

/** What a hold covers. */
export const holdScopeSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('system'), system: name }),
  z.strictObject({ by: z.literal('version'), system: name, version: name }),
  z.strictObject({ by: z.literal('vendor'), vendor: name }),
  z.strictObject({ by: z.literal('environment'), environment: name }),
]);
export type HoldScope = z.infer<typeof holdScopeSchema>;

/** How people write the id of a hold: its beginning, as far as it tells holds apart. */
export function shortHold(id: string): string {
  return id.slice(0, 8);
}

export type HoldStatus = 'active' | 'reviewed' | 'lifted';

/** State of one hold: the fold of the stream `incident:<id>`. */
export type Hold = {
  readonly id: string;
  readonly scope: HoldScope;
  /** Reference in the organisation's own incident register. */
  readonly incident: string;
  readonly by: string;
  readonly role: string;
  readonly placedAt: string;
  readonly status: HoldStatus;
  readonly review: { readonly by: string; readonly at: string; readonly file: string | null } | null;
  /** Short id of the request whose fresh approval ended it. */
  readonly liftedBy: string | null;
  readonly version: number;
};

type Authority = { readonly role: string; readonly assignment: string };
type Stamped = { readonly at: Date; readonly actor: string };

/** Events of a hold. `reason`, `findings` are hidden in the log. */
export type HoldEvent =
  | {
      readonly type: 'incident.hold_placed';
      readonly data: Authority & {
        readonly hold: string;
        readonly scope: HoldScope;
        readonly incident: string;
        readonly reason: string;
      };
    }
  | {
      readonly type: 'incident.reviewed';
      readonly data: Authority & { readonly findings: string; readonly file: string | null };
    }
  | {
      readonly type: 'incident.hold_lifted';
      readonly data: Authority & { readonly request: string; readonly shortId: string };
    };

/** Fields that the log hides. */
export const HOLD_HIDDEN: Readonly<Record<HoldEvent['type'], readonly string[]>> = {
  'incident.hold_placed': ['reason'],
  'incident.reviewed': ['findings'],
  'incident.hold_lifted': [],
};

/** State after one event; null before the first. */
export function applyHold(state: Hold | null, event: HoldEvent, { at, actor }: Stamped): Hold | null {
  if (event.type === 'incident.hold_placed') {
    const { hold, scope, incident, role } = event.data;
    const placedAt = at.toISOString();
    const fresh = { status: 'active', review: null, liftedBy: null, version: 1 } as const;
    return { id: hold, scope, incident, role, by: actor, placedAt, ...fresh };
  }
  if (state === null) return null;
  const version = state.version + 1;
  if (event.type === 'incident.reviewed') {
    const review = { by: actor, at: at.toISOString(), file: event.data.file };
    return { ...state, version, status: 'reviewed', review };
  }
  return { ...state, version, status: 'lifted', liftedBy: event.data.shortId };
}

/** The thing the gate is asked about. */
export type HoldSubject = {
  readonly system: string;
  readonly version: string;
  readonly environment: string;
  /** Providers that the version is known to rest on; of an unknown version, those of the system. */
  readonly vendors: readonly string[];
};

/** Whether a hold stops this subject. */
export function covers(scope: HoldScope, subject: HoldSubject): boolean {
  switch (scope.by) {
    case 'system':
      return systemKeyOf(scope.system) === systemKeyOf(subject.system);
    case 'version':
      return systemKeyOf(scope.system) === systemKeyOf(subject.system) && sameName(scope.version, subject.version);
    case 'vendor':
      return subject.vendors.some((vendor) => sameName(vendor, scope.vendor));
    case 'environment':
      return sameName(scope.environment, subject.environment);
  }
}

/** What a hold stops, in words. */
export function scopeWords(scope: HoldScope): string {
  switch (scope.by) {
    case 'system':
      return `the system ${scope.system}`;
    case 'version':
      return `${scope.system} ${scope.version}`;
    case 'vendor':
      return `everything of the vendor ${scope.vendor}`;
    case 'environment':
      return `the environment ${scope.environment}`;
  }
}

/** A decision that could end a hold, as the core states it. */
export type LiftBasis = {
  readonly subject: HoldSubject;
  /** Decided, approved, and not ended, revoked or suspended. */
  readonly approved: boolean;
  readonly decidedAtMs: number | null;
};

/** Why a hold cannot be lifted yet; null when it can. */
export function liftRefusal(
  hold: Hold,
  basis: LiftBasis,
): 'not_held' | 'review_missing' | 'wrong_basis' | 'no_fresh_quorum' | null {
  if (hold.status === 'lifted') return 'not_held';
  if (hold.review === null) return 'review_missing';
  if (!covers(hold.scope, basis.subject)) return 'wrong_basis';
  const fresh = basis.approved && basis.decidedAtMs !== null && basis.decidedAtMs > Date.parse(hold.placedAt);
  return fresh ? null : 'no_fresh_quorum';
}
