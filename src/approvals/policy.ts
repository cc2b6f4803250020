/**
 * The approval policy: read from data with line-precise errors, hashed, and resolved into the terms of one request.
 * Nobody's click can change it; a request keeps the terms it was submitted under.
 */

import { hashOf } from './canonical.ts';
import type { PolicyInForce } from './commands.ts';
import type { RequestDocument } from './document.ts';
import { msOf } from './duration.ts';
import { checkPolicy } from './policy-check.ts';
import { type ApprovalPolicy, approvalPolicySchema, type PolicyWhen, type TierTerms } from './policy-schema.ts';
import { problemsOf } from './schema-problems.ts';
import { type EvidenceDemand, type Terms, TIERS, type Tier, type TierReason } from './types.ts';

/** A parsed file: its data, and where in the file a path stands (1-based line). Made by the YAML adapter. */
export type PolicySource = {
  readonly file: string;
  readonly data: unknown;
  readonly locate: (path: readonly (string | number)[]) => { readonly line: number } | null;
};

/** One thing wrong with the file: where, what, and what was expected there. */
type PolicyProblem = {
  readonly file: string;
  readonly line: number | null;
  readonly path: string;
  readonly problem: string;
};

export type PolicyResult =
  | ({ readonly ok: true } & PolicyInForce)
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/**
 * Validates the policy file. `hash` is the sha256 of the canonical JSON of the file's data, so that a comment or an
 * indent changes nothing and a rule changes it.
 */
export function parsePolicy(source: PolicySource): PolicyResult {
  const lineOf = (path: readonly (string | number)[]): number | null => {
    // A missing key has no line of its own: the nearest parent that stands in the file is shown.
    for (let length = path.length; length >= 0; length -= 1) {
      const place = source.locate(path.slice(0, length));
      if (place) return place.line;
    }
    return null;
  };
  const problem = (path: readonly (string | number)[], text: string): PolicyProblem => ({
    file: source.file,
    line: lineOf(path),
    path: path.join('.'),
    problem: text,
  });
  const parsed = approvalPolicySchema.safeParse(source.data);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue)).slice(0, 50);
    return { ok: false, problems: problems.map(({ path, text }) => problem(path, text)) };
  }
  const problems = checkPolicy(parsed.data).map(({ path, text }) => problem(path, text));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, policy: parsed.data, hash: hashOf(source.data) };
}

const rank = (tier: Tier): number => TIERS.indexOf(tier);

/** True when `a` is a stricter tier than `b`. */
export function isStricter(a: Tier, b: Tier): boolean {
  return rank(a) > rank(b);
}

/** Whether the conditions of a rule hold for a document: answers by key, else text fields of the document. */
function holds(when: PolicyWhen, document: RequestDocument): boolean {
  return Object.entries(when).every(([key, wanted]) => {
    // An unanswered question counts as "no": rules that raise a tier are written on "yes".
    if (typeof wanted === 'boolean') return (document.answers[key] ?? false) === wanted;
    return textsOf(document, key).some((value) => wanted.includes(value));
  });
}

function textsOf(document: RequestDocument, field: string): readonly string[] {
  if (document.kind === 'exception' && field === 'residualRisk') return [document.residualRisk.level];
  if (field !== 'environment') return [];
  if (document.kind === 'exception') return document.environments;
  return document.kind === 'deployment' ? [document.environment] : [];
}

/** The tier of a document with every rule that matched; the strictest wins, and a person's raise counts as one. */
export function tierOf(
  policy: ApprovalPolicy,
  document: RequestDocument,
): { readonly tier: Tier; readonly reasons: readonly TierReason[] } {
  // Nothing weighs more than the rules by which everything else is decided.
  if (document.kind === 'policy')
    return { tier: 'high', reasons: [{ tier: 'high', because: 'Changes the rules themselves', refs: ['POL-2.1'] }] };
  const { kind } = document;
  const reasons: TierReason[] = policy.tierRules
    .filter((rule) => rule.kinds.includes(kind) && holds(rule.when, document))
    .map(({ tier, because, refs }) => ({ tier, because, refs }));
  const raised = document.raisedTier;
  if (raised) reasons.push({ tier: raised, because: 'Raised by a person', refs: [] });
  const tier = reasons.reduce<Tier>(
    (highest, reason) => (isStricter(reason.tier, highest) ? reason.tier : highest),
    'minimal',
  );
  return { tier, reasons };
}

function demandsOf(policy: ApprovalPolicy, terms: TierTerms, document: RequestDocument): readonly EvidenceDemand[] {
  if (document.kind === 'policy') return [];
  return terms.evidence
    .filter((wanted) => holds(wanted.when, document))
    .flatMap((wanted) => {
      const entry = policy.evidence[wanted.kind];
      if (!entry) return [];
      const { title, serves, maxAge, afterLastChange } = entry;
      const captured = entry.captured || terms.capturedEvidence;
      return [
        { kind: wanted.kind, title, accepts: wanted.accepts, serves, maxAgeMs: maxAge, afterLastChange, captured },
      ];
    });
}

/** The terms by which one document is judged. A prohibited one gets the high tier's, for the record of its refusal. */
export function termsFor({ hash, policy }: PolicyInForce, document: RequestDocument): Terms {
  const { tier, reasons } = tierOf(policy, document);
  // A policy that does not say who changes it is changed as its strictest deployment is decided. Another kind that it
  // does not know is refused at submission; the terms are for the form that says so.
  const kind = policy.kinds[document.kind] ?? policy.kinds.deployment;
  const terms = kind.tiers[tier === 'prohibited' ? 'high' : tier];
  const longestFirst = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => b - a);
  return {
    policyHash: hash,
    policyVersion: policy.version,
    kind: document.kind,
    tier,
    tierReasons: reasons,
    quorum: terms.quorum,
    ...(document.kind === 'deployment' && document.within !== undefined && terms.envelopeQuorum !== undefined
      ? { lighterQuorum: terms.envelopeQuorum }
      : {}),
    veto: terms.veto,
    chair: kind.chair,
    consulted: terms.consulted.map(({ role, within }) => ({ role, withinMs: within })),
    informed: terms.informed,
    evidence: demandsOf(policy, terms, document),
    minReviewMs: terms.minimumReview,
    deadlineMs: terms.deadline,
    reminderMs: longestFirst(terms.reminders),
    escalation: { beforeDeadlineMs: terms.escalation.beforeDeadline, to: terms.escalation.to },
    validityMs: terms.validity,
    maxDurationMs: terms.maximumDuration,
    reviewReminderMs: longestFirst(terms.reviewReminders),
    reasonForEveryVote: terms.reasonForEveryVote,
    ...(terms.useCase && document.kind === 'deployment' ? { useCaseDemanded: true as const } : {}),
    materialFields: kind.material,
    suspendRoles: kind.suspend,
    revokeRoles: kind.revoke,
    closeRoles: kind.close,
    controlRole: kind.controlsConfirmedBy,
    breakGlass: {
      roles: kind.breakGlass.roles,
      validityMs: kind.breakGlass.validity,
      reviewMs: kind.breakGlass.review,
    },
  };
}

/** The time that passes before anything can be approved, however fast everybody votes. */
export function longestWaitMs(terms: Terms): number {
  return Math.max(terms.minReviewMs, ...terms.consulted.map((consulted) => consulted.withinMs));
}

/** One demanded piece of evidence and whether the document has it; `why` is null when it does. */
export type EvidenceStatus = {
  readonly demand: EvidenceDemand;
  readonly why: null | 'missing' | 'undated' | 'too_old' | 'before_last_change' | 'not_captured' | 'not_attested';
};

/**
 * Checks a document's evidence against the demands, as of `atMs` (POL-2.2, POL-3.4). `files`: sha256 of the captured
 * files that serve now; whatever is not among them is an assertion.
 */
export function evidenceStatus(
  demands: readonly EvidenceDemand[],
  document: RequestDocument,
  atMs: number,
  files: readonly string[] = [],
): readonly EvidenceStatus[] {
  const lastChange = document.kind === 'deployment' && document.lastChange ? msOf(document.lastChange) : null;
  return demands.map((demand) => {
    let why: EvidenceStatus['why'] = 'missing';
    for (const item of document.evidence) {
      if (item.kind !== demand.kind && !demand.accepts.includes(item.kind)) continue;
      why = (demand.captured ? fileFlawOf(item, files) : null) ?? flawOf(demand, item, lastChange, atMs);
      if (why === null) break;
    }
    return { demand, why };
  });
}

const DAY_MS = 86_400_000;

function fileFlawOf({ sha256 }: RequestDocument['evidence'][number], files: readonly string[]): EvidenceStatus['why'] {
  if (sha256 === null) return 'not_captured';
  return files.includes(sha256) ? null : 'not_attested';
}

function flawOf(
  demand: EvidenceDemand,
  item: RequestDocument['evidence'][number],
  lastChangeMs: number | null,
  atMs: number,
): EvidenceStatus['why'] {
  // A date that has not come yet would stay young for ever; a bare date means the end of its day.
  if (item.date && msOf(item.date) > atMs + DAY_MS) return 'undated';
  if (demand.maxAgeMs === null && !(demand.afterLastChange && lastChangeMs !== null)) return null;
  if (!item.date) return 'undated';
  const dateMs = msOf(item.date);
  if (demand.maxAgeMs !== null && dateMs < atMs - demand.maxAgeMs) return 'too_old';
  if (demand.afterLastChange && lastChangeMs !== null && dateMs < lastChangeMs) return 'before_last_change';
  return null;
}
