/**
 * One AI system of the inventory (POL-4.1): the fold of the stream `system:<key>`. Its status is not set by anybody:
 * it follows from the decisions about its versions, from holds and from the decommissioning checklist.
 */
import type { StepDone } from './decommission.ts';

export const SYSTEM_STATUSES = ['use_case', 'proposed', 'approved', 'deployed', 'suspended', 'decommissioned'] as const;
export type SystemStatus = (typeof SYSTEM_STATUSES)[number];

/** Our part in the AI supply chain (SSRM). */
export const SSRM_ROLES = ['CSP', 'MP', 'OSP', 'AP', 'AIC'] as const;
export type SsrmRole = (typeof SSRM_ROLES)[number];

export const CLASSIFICATIONS = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

export type DataUse = { readonly name: string; readonly classification: Classification };
export type SystemLink = {
  readonly kind: 'model-card' | 'system-card' | 'repository' | 'dashboard' | 'other';
  readonly url: string;
};

/** What people state about a system; free text is hidden in the log. */
export type SystemFacts = {
  readonly purpose: string;
  readonly owner: string;
  readonly data: readonly DataUse[];
  /** Where data and models come from: datasets, base models. */
  readonly lineage: readonly string[];
  readonly vendors: readonly string[];
  readonly links: readonly SystemLink[];
  readonly ssrm: SsrmRole | null;
};

export type SystemVersion = {
  readonly version: string;
  readonly digest: string;
  /** Hex sha256 of the stored manifest object; null where only the digest is known. */
  readonly manifest: string | null;
  readonly vendors: readonly string[];
  /** Days between reviews of a floating alias; null when nothing floats. */
  readonly reviewEveryDays: number | null;
  readonly addedAt: string;
  readonly reviewedAt: string;
  /** When a look found that the alias means another model; null while it means what it meant. */
  readonly changedAt: string | null;
};

export const PHASES = ['proposed', 'approved', 'deployed', 'suspended', 'ended'] as const;
/** How far a request about the system has come. */
export type Phase = (typeof PHASES)[number];

/** A request about the system, as the inventory sees it. */
export type SystemRequest = {
  readonly request: string;
  readonly shortId: string;
  readonly version: string;
  readonly digest: string;
  readonly environment: string;
  readonly tier: string;
  readonly phase: Phase;
  /** Superseded versions stay deployable until their validity ends (WP-2.6.4). */
  readonly supersededBy: string | null;
  readonly validUntil: string | null;
};

/** A use case under which the system is built, as the inventory sees it. */
export type SystemUseCase = Pick<SystemRequest, 'request' | 'shortId' | 'tier' | 'phase' | 'validUntil'>;

export type SystemState = SystemFacts & {
  readonly key: string;
  readonly name: string;
  readonly origin: 'request' | 'person' | 'import';
  readonly registeredAt: string;
  /** Time by which a system that was there before must have been approved; null otherwise. */
  readonly approvalDue: string | null;
  readonly versions: readonly SystemVersion[];
  readonly requests: readonly SystemRequest[];
  readonly useCases: readonly SystemUseCase[];
  readonly decommission: { readonly startedAt: string; readonly steps: readonly StepDone[] } | null;
  /** Environments in which it was said to run before anybody asked (import). */
  readonly runsIn: readonly string[];
  readonly useCase: boolean;
  readonly version: number;
};

export type SystemEvent =
  | {
      readonly type: 'system.registered';
      readonly data: SystemFacts & {
        readonly key: string;
        readonly name: string;
        readonly origin: SystemState['origin'];
        readonly approvalDue: string | null;
        readonly runsIn: readonly string[];
        readonly useCase: boolean;
      };
    }
  | { readonly type: 'system.described'; readonly data: { readonly facts: Partial<SystemFacts> } }
  | {
      readonly type: 'system.version_added';
      readonly data: Omit<SystemVersion, 'addedAt' | 'reviewedAt' | 'changedAt'>;
    }
  | { readonly type: 'system.alias_reviewed'; readonly data: { readonly digest: string; readonly changed: boolean } }
  | { readonly type: 'system.request_followed'; readonly data: SystemRequest & { readonly status: SystemStatus } }
  | {
      readonly type: 'system.use_case_followed';
      readonly data: SystemUseCase & { readonly status: SystemStatus };
    }
  | { readonly type: 'system.decommission_started'; readonly data: { readonly reason: string; readonly role: string } }
  | {
      readonly type: 'system.step_done';
      readonly data: { readonly step: StepDone['step']; readonly role: string; readonly note: string };
    };

const FACTS = ['purpose', 'data.*.name', 'lineage.*', 'links.*.url'] as const;
/** Fields that the log hides. */
export const SYSTEM_HIDDEN: Readonly<Record<SystemEvent['type'], readonly string[]>> = {
  'system.registered': FACTS,
  'system.described': FACTS.map((path) => `facts.${path}`),
  'system.version_added': [],
  'system.alias_reviewed': [],
  'system.request_followed': [],
  'system.use_case_followed': [],
  'system.decommission_started': ['reason'],
  'system.step_done': ['note'],
};

/** State after one event; null before the first. An event about a system that is not there changes nothing. */
export function applySystem(
  state: SystemState | null,
  event: SystemEvent,
  { at, actor }: { readonly at: Date; readonly actor: string },
): SystemState | null {
  const atIso = at.toISOString();
  if (event.type === 'system.registered') {
    const empty = { versions: [], requests: [], useCases: [], decommission: null };
    return { ...event.data, ...empty, registeredAt: atIso, version: 1 };
  }
  if (state === null) return null;
  const next = { ...state, version: state.version + 1 };
  switch (event.type) {
    case 'system.described':
      return { ...next, ...event.data.facts };
    case 'system.version_added': {
      // The parts of a version that was known by its digest alone.
      const others = state.versions.filter((one) => one.digest !== event.data.digest);
      return { ...next, versions: [...others, { ...event.data, addedAt: atIso, reviewedAt: atIso, changedAt: null }] };
    }
    case 'system.alias_reviewed': {
      const { digest, changed } = event.data;
      const reviewed = (v: SystemVersion) =>
        v.digest === digest ? { ...v, reviewedAt: atIso, changedAt: changed ? atIso : v.changedAt } : v;
      return { ...next, versions: state.versions.map(reviewed) };
    }
    case 'system.request_followed': {
      const { status: _, ...request } = event.data;
      return { ...next, requests: [...state.requests.filter((r) => r.request !== request.request), request] };
    }
    case 'system.use_case_followed': {
      const { status: _, ...useCase } = event.data;
      return { ...next, useCases: [...state.useCases.filter((u) => u.request !== useCase.request), useCase] };
    }
    case 'system.decommission_started':
      return { ...next, decommission: { startedAt: atIso, steps: [] } };
    case 'system.step_done': {
      if (state.decommission === null) return next;
      const { step, role } = event.data;
      const steps = [...state.decommission.steps, { step, role, by: actor, at: atIso }];
      return { ...next, decommission: { ...state.decommission, steps } };
    }
  }
}

/**
 * What the inventory says of a system. Deployed beats suspended: while one version may run, the system runs. A system
 * imported as running counts as deployed although nothing permits it yet; the gate denies it all the same.
 */
export function statusOf(state: SystemState): SystemStatus {
  if (state.decommission?.steps.some((one) => one.step === 'confirm')) return 'decommissioned';
  const has = (phase: Phase) => state.requests.some((request) => request.phase === phase);
  if (has('deployed')) return 'deployed';
  if (has('approved')) return 'approved';
  if (has('suspended')) return 'suspended';
  if (state.runsIn.length > 0 && !has('ended')) return 'deployed';
  if (has('proposed')) return 'proposed';
  const backed = (phase: Phase) => state.useCases.some((useCase) => useCase.phase === phase);
  if (state.useCase || backed('approved')) return 'use_case';
  return backed('suspended') ? 'suspended' : 'proposed';
}

/** Versions that run now, by environment; two at once for a canary or blue-green release (WP-2.6.1, 2.6.2). */
export function liveVersions(state: SystemState): readonly SystemRequest[] {
  return state.requests.filter((request) => request.phase === 'deployed');
}

/** The strictest tier that any live or open request was given; null without one. */
export function tierOfSystem(state: SystemState): string | null {
  const order = ['minimal', 'limited', 'high', 'prohibited'];
  const tiers = state.requests.filter((r) => r.phase !== 'ended').map((r) => order.indexOf(r.tier));
  const highest = Math.max(-1, ...tiers);
  return order[highest] ?? null;
}

/** A system that ran before it was ever approved, and still waits for it. */
export function isLegacy(state: SystemState): boolean {
  const decided = state.requests.some((r) => r.phase === 'approved' || r.phase === 'deployed');
  return state.approvalDue !== null && !decided;
}
