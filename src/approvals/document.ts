/**
 * What is asked for: the request document of one revision. Its canonical JSON with a random nonce is hashed; votes
 * belong to that hash. Texts are bounded by the form parsers (forms.ts); here are only the shapes.
 */
import type { Person, Tier } from './basics.ts';

/** Kinds that people ask for in a form. */
export type FormKind = 'deployment' | 'exception' | 'use-case';
export type RequestKind = FormKind | 'policy';

/** A link or captured file offered as evidence. */
export type EvidenceItem = {
  /** `risk-assessment`, `model-card`, ...; `link` where the person gave a bare address. */
  readonly kind: string;
  readonly title: string;
  readonly url: string;
  /** Hex sha256 of the captured file; null for a bare link. */
  readonly sha256: string | null;
  /** ISO time of the document itself; null when not stated. */
  readonly date: string | null;
};

/** How far a deployment may reach. Null: not limited in that respect. */
export type Scope = {
  readonly users: string | null;
  readonly trafficPercent: number | null;
  readonly regions: readonly string[];
  /** ISO time, end of the permitted period. */
  readonly until: string | null;
};

/** Answers to the policy's questions by key, e.g. `{personalData: true}`. */
export type Answers = { readonly [key: string]: boolean };

/** Bounds within which a later version is no new question: same purpose, same data, measures inside these. */
export type Envelope = {
  readonly environments: readonly string[];
  /** By metric, e.g. `accuracy`; null where that end is open, never both. */
  readonly metrics: { readonly [metric: string]: { readonly min: number | null; readonly max: number | null } };
  /** ISO time. */
  readonly until: string;
};

/** The claim of a version to lie inside an approved envelope, with what was measured. */
export type EnvelopeClaim = {
  /** Short id of the request that carries the envelope (`DR-12`). */
  readonly request: string;
  readonly metrics: { readonly [metric: string]: number };
};

/** The request from which another one was filled in: its short id, and the hash of its revision at the submission. */
export type Likeness = { readonly request: string; readonly revision: string };

/** What every kind of request has beside what it is about. */
type Asked = {
  readonly answers: Answers;
  readonly evidence: readonly EvidenceItem[];
  /** Left out where it was not filled in from another request. */
  readonly likeRequest?: Likeness;
  /** Request id of the one of its kind that it renews; a deployment may also replace or reinstate another one. */
  readonly replaces: string | null;
  /** A person may raise the tier, never lower it. */
  readonly raisedTier: Tier | null;
};

/** Short id of an exception: `EX-3`. */
export type ExceptionId = `EX-${number}`;

export type DeploymentDocument = Asked & {
  readonly kind: 'deployment';
  readonly system: string;
  readonly version: string;
  /** `sha256:<64 hex>` of the system's manifest. */
  readonly digest: string;
  readonly environment: string;
  readonly purpose: string;
  /** Kinds of data it uses; left out where nobody stated them. */
  readonly dataClasses?: readonly string[];
  /** Short id of the use case under which it is built (`UC-1`); left out where it names none. */
  readonly useCase?: string;
  /** Approved together with this version, for later ones; left out where none is asked for. */
  readonly envelope?: Envelope;
  /** Left out where the version claims none. A version that claims one carries none. */
  readonly within?: EnvelopeClaim;
  readonly scope: Scope | null;
  /** ISO time of the last significant change to the system or its data (POL-3.4); null when none was named. */
  readonly lastChange: string | null;
  /** Exceptions without which this would not be permitted. */
  readonly restsOn: readonly ExceptionId[];
};

export type CompensatingControl = { readonly text: string; readonly owner: Person; readonly dueAt: string };

export type ExceptionDocument = Asked & {
  readonly kind: 'exception';
  /** Controls or clauses deviated from. */
  readonly deviatesFrom: readonly string[];
  readonly systems: readonly string[];
  readonly environments: readonly string[];
  readonly teams: readonly string[];
  readonly circumstances: string;
  readonly compensatingControls: readonly CompensatingControl[];
  readonly remediationPlan: string;
  readonly residualRisk: { readonly level: 'low' | 'medium' | 'high'; readonly text: string };
  readonly expiresAt: string;
};

/** A purpose that is to be approved before anything is built (POL-2.2, POL-7.1). It permits no deployment. */
export type UseCaseDocument = Asked & {
  readonly kind: 'use-case';
  /** Name under which the inventory will know what is built. */
  readonly system: string;
  readonly purpose: string;
  /** Who will use it, and whom its results touch. */
  readonly affected: string;
  /** Kinds of data it may use. */
  readonly dataClasses: readonly string[];
};

/** A version of the approval policy: sha256 of its canonical JSON, and what it calls itself. */
type PolicyVersion = { readonly sha256: string; readonly version: string };

/** A change of the approval policy, decided under the policy that it would replace. It has no second revision. */
export type PolicyDocument = Omit<Asked, 'likeRequest'> & {
  readonly kind: 'policy';
  /** What was in force when it was put to the vote. */
  readonly from: PolicyVersion;
  readonly to: PolicyVersion;
  readonly purpose: string;
  /** The difference in words, bounded; both versions are kept as objects. */
  readonly changes: readonly string[];
};

export type RequestDocument = DeploymentDocument | ExceptionDocument | UseCaseDocument | PolicyDocument;
