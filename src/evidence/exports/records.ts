/** What the exports are made of: requests as the log tells them, without Slack, database or approvals room. */

export type ExportEvidence = {
  readonly kind: string;
  /** Null after erasure, or when redacted. */
  readonly title: string | null;
  readonly href: string | null;
  /** When it was made, as whoever gave it said; UTC. */
  readonly date: string | null;
  /** Hex digest of the captured file; null for a bare link. */
  readonly sha256: string | null;
};

/** What the policy demanded: a kind of evidence and the controls it serves. */
export type ExportDemand = {
  readonly kind: string;
  readonly title: string;
  readonly accepts: readonly string[];
  readonly serves: readonly string[];
};

type ExportVote = {
  readonly person: string;
  readonly role: string | null;
  readonly choice: string;
  readonly at: string;
  readonly index: number;
};

export type ExportCondition = {
  readonly id: string;
  readonly text: string | null;
  readonly owner: string;
  readonly dueAt: string;
  readonly phase: string;
  /** What was given to show that it is met, in order. */
  readonly evidence: readonly ExportEvidence[];
  readonly confirmed: boolean;
  readonly overdue: boolean;
};

/** From the first time up to the second, which is null as long as it lasts. ISO 8601, UTC. */
export type Span = { readonly from: string; readonly to: string | null };

type Common = {
  readonly id: string;
  readonly shortId: string;
  /** As the last event left it: `submitted`, `approved`, `rejected`, `revoked`, ... */
  readonly status: string;
  readonly tier: string | null;
  readonly requester: string;
  readonly owner: string;
  /** The request from which it was filled in, by short id and hash of its revision; null where it was not. */
  readonly likeRequest: { readonly request: string; readonly revision: string } | null;
  readonly submittedAt: string;
  readonly decidedAt: string | null;
  readonly outcome: string | null;
  readonly validUntil: string | null;
  /** When it stopped being valid before its time: revoked, superseded, closed, suspended until further notice. */
  readonly endedAt: string | null;
  /** The emergency it was let through in before anybody approved it; null for all others. */
  readonly breakGlass: Span | null;
  /** Stops that were or were not lifted, in order. */
  readonly suspensions: readonly Span[];
  readonly policySha256: string | null;
  readonly controls: readonly string[];
  readonly demands: readonly ExportDemand[];
  readonly evidence: readonly ExportEvidence[];
  readonly votes: readonly ExportVote[];
  /** Everybody who asked for it, owns it or did anything about it; pseudonyms. */
  readonly persons: readonly string[];
  readonly conditions: readonly ExportCondition[];
  /** Log indexes of all its entries, rising. */
  readonly entries: readonly number[];
  readonly decisionIndex: number | null;
};

export type ExportDeployment = Common & {
  readonly kind: 'deployment';
  readonly system: string;
  readonly version: string;
  /** `sha256:<hex>`. */
  readonly digest: string;
  readonly environment: string;
  readonly purpose: string | null;
  readonly deployedAt: string | null;
};

export type ExportException = Common & {
  readonly kind: 'exception';
  readonly deviatesFrom: readonly string[];
  readonly systems: readonly string[];
  readonly environments: readonly string[];
  readonly circumstances: string | null;
  readonly compensatingControls: readonly {
    readonly text: string | null;
    readonly owner: string;
    readonly dueAt: string;
  }[];
  readonly remediationPlan: string | null;
  readonly residualRisk: { readonly level: string; readonly text: string | null };
  readonly expiresAt: string;
};

/** A purpose that was approved, or not, before anything was built. */
export type ExportUseCase = Common & {
  readonly kind: 'use-case';
  readonly system: string;
  readonly purpose: string | null;
  readonly affected: string | null;
  readonly dataClasses: readonly (string | null)[];
};

/** A change of the approval policy that was voted on. */
export type ExportPolicyChange = Common & {
  readonly kind: 'policy';
  readonly purpose: string | null;
  readonly from: { readonly sha256: string; readonly version: string };
  readonly to: { readonly sha256: string; readonly version: string };
  readonly changes: readonly (string | null)[];
};

export type ExportRequest = ExportDeployment | ExportException | ExportUseCase | ExportPolicyChange;

/** The systems a request is about. */
export function systemsOf(request: ExportRequest): readonly string[] {
  if (request.kind === 'policy') return [];
  return request.kind === 'exception' ? request.systems : [request.system];
}

/** The controls it serves or, as an exception, deviates from. */
export function controlsOf(request: ExportRequest): readonly string[] {
  return request.kind === 'exception' ? [...request.controls, ...request.deviatesFrom] : request.controls;
}

/** Whether it is about this system, named in any case. */
export function isAbout(request: ExportRequest, system: string): boolean {
  return systemsOf(request).some((name) => name.toLowerCase() === system.toLowerCase());
}

/** Whether it serves this control or deviates from it, named in any case. */
export function hasControl(request: ExportRequest, control: string): boolean {
  return controlsOf(request).some((id) => id.toLowerCase() === control.toLowerCase());
}

/** What every export says about where it comes from. Times are ISO 8601, UTC. */
export type ExportContext = {
  readonly origin: string;
  /** The checkpoint the entries were read under. */
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly generatedAt: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly organisation: string;
  readonly service: { readonly name: string; readonly version: string };
  /** Address of the assessment plan or system security plan the export belongs to; `#` when there is none. */
  readonly planHref: string;
};

/** True for a deployment that was let through: approved, with or without conditions, or by break-glass. */
export function wasAllowed(request: ExportRequest): boolean {
  return request.breakGlass !== null || wasApproved(request);
}

/** True for a request that was approved, with or without conditions. */
export function wasApproved({ outcome }: ExportRequest): boolean {
  return outcome === 'approved' || outcome === 'approved_with_conditions';
}

/** Whether a demanded kind of evidence, or one accepted in its place, was given. */
export function isServed(request: ExportRequest, demand: ExportDemand): boolean {
  return request.evidence.some(({ kind }) => kind === demand.kind || demand.accepts.includes(kind));
}
