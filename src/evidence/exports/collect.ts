/**
 * Requests folded from signed statements, so that every line of an export rests on entries with an index. The events are
 * the approvals room's; only what exports need is read, and what is absent or erased becomes null.
 */
import { z } from 'zod';
import { reveal } from '../disclose.ts';
import type { Disclosure } from '../ports.ts';
import type { Statement } from '../statement.ts';
import type {
  ExportCondition,
  ExportDeployment,
  ExportException,
  ExportPolicyChange,
  ExportRequest,
  ExportUseCase,
} from './records.ts';

const text = z.string().nullable().catch(null);
const word = z.string().catch('');
const words = z.array(z.string()).catch([]);
const texts = z.array(text).catch([]);

const evidenceItemSchema = z
  .object({ kind: word, title: text, url: text, date: text, sha256: text })
  .transform(({ url, ...item }) => ({ ...item, href: url }));
const evidenceSchema = z.array(evidenceItemSchema);
const termsSchema = z.object({
  tier: text,
  policyHash: text,
  evidence: z.array(z.object({ kind: word, title: word, accepts: words, serves: words })).catch([]),
});
const versionSchema = z.object({ sha256: word, version: word });
const askedSchema = {
  evidence: evidenceSchema.catch([]),
  likeRequest: z.object({ request: word, revision: word }).nullable().catch(null),
};
const documentSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('deployment'),
    system: word,
    version: word,
    digest: word,
    environment: word,
    purpose: text,
    ...askedSchema,
  }),
  z.object({
    kind: z.literal('exception'),
    deviatesFrom: words,
    systems: words,
    environments: words,
    circumstances: text,
    compensatingControls: z.array(z.object({ text, owner: word, dueAt: word })).catch([]),
    remediationPlan: text,
    residualRisk: z.object({ level: word, text }),
    expiresAt: word,
    ...askedSchema,
  }),
  z.object({
    kind: z.literal('use-case'),
    system: word,
    purpose: text,
    affected: text,
    dataClasses: texts,
    ...askedSchema,
  }),
  z.object({
    kind: z.literal('policy'),
    purpose: text,
    from: versionSchema,
    to: versionSchema,
    changes: texts,
    ...askedSchema,
  }),
]);
const submittedSchema = z.object({
  requestId: word,
  shortId: word,
  requester: word,
  owner: word,
  document: documentSchema,
  terms: termsSchema,
});
const revisedSchema = z.object({ document: documentSchema, terms: termsSchema.nullable() });
const voteSchema = z.object({ choice: word });
const conditionSchema = z.object({ id: word, text, owner: word, dueAt: word, phase: word });
const decidedSchema = z.object({
  outcome: word,
  validUntil: text,
  conditions: z.array(conditionSchema).catch([]),
});
const emergencySchema = z.object({ until: z.iso.datetime().nullable().catch(null) });
const namedCondition = z.object({ condition: word });
const evidencedSchema = z.object({ evidence: evidenceItemSchema });

type Draft =
  | { -readonly [K in keyof ExportDeployment]: ExportDeployment[K] }
  | { -readonly [K in keyof ExportException]: ExportException[K] }
  | { -readonly [K in keyof ExportUseCase]: ExportUseCase[K] }
  | { -readonly [K in keyof ExportPolicyChange]: ExportPolicyChange[K] };
type Step = {
  readonly index: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string | null;
  readonly data: unknown;
};
type Apply = (draft: Draft, step: Step) => void;

/** Status that an event leaves behind, for those that only set one. */
const STATUS: Readonly<Record<string, string>> = {
  'information.requested': 'information_requested',
  'information.provided': 'in_review',
  withdrawn: 'withdrawn',
  renewed: 'renewed',
};

const end =
  (status: string): Apply =>
  (draft, { at }) => {
    draft.status = status;
    draft.endedAt = at;
  };

const vote: Apply = (draft, { data, actor, role, at, index }) => {
  const { choice } = voteSchema.parse(data);
  draft.votes = [...draft.votes.filter(({ person }) => person !== actor), { person: actor, role, choice, at, index }];
};

const APPLY: Readonly<Record<string, Apply>> = {
  'request.refused': (draft, { at }) => {
    draft.status = 'refused';
    draft.decidedAt = at;
  },
  'revision.made': (draft, { data }) => {
    const { document, terms } = revisedSchema.parse(data);
    Object.assign(draft, document, { votes: [] });
    if (terms !== null) Object.assign(draft, termsOf(terms));
  },
  'vote.cast': vote,
  'vote.changed': vote,
  'vote.withdrawn': (draft, { actor }) => {
    draft.votes = draft.votes.filter(({ person }) => person !== actor);
  },
  decided: (draft, { data, at, index }) => {
    const { outcome, validUntil, conditions } = decidedSchema.parse(data);
    const open: ExportCondition[] = conditions.map((c) => ({ ...c, evidence: [], confirmed: false, overdue: false }));
    Object.assign(draft, {
      outcome,
      status: outcome,
      validUntil,
      decidedAt: at,
      decisionIndex: index,
      conditions: open,
    });
  },
  'condition.evidenced': (draft, { data }) => {
    const { evidence } = evidencedSchema.parse(data);
    markCondition(draft, data, (c) => ({ evidence: [...c.evidence, evidence] }));
  },
  'condition.confirmed': (draft, { data }) => markCondition(draft, data, () => ({ confirmed: true, overdue: false })),
  'condition.overdue': (draft, { data }) => markCondition(draft, data, () => ({ confirmed: false, overdue: true })),
  deployed: (draft, { at }) => {
    draft.status = 'deployed';
    if (draft.kind === 'deployment') draft.deployedAt ??= at;
  },
  'breakglass.invoked': (draft, { data, at }) => {
    draft.breakGlass = { from: at, to: emergencySchema.parse(data).until };
  },
  'breakglass.ended': (draft, { at }) => {
    const { breakGlass } = draft;
    if (breakGlass !== null && (breakGlass.to === null || at < breakGlass.to))
      draft.breakGlass = { ...breakGlass, to: at };
  },
  suspended: (draft, step) => {
    end('suspended')(draft, step);
    if (draft.suspensions.at(-1)?.to !== null) draft.suspensions = [...draft.suspensions, { from: step.at, to: null }];
  },
  reinstated: (draft, { at }) => {
    draft.status = 'approved';
    draft.endedAt = null;
    draft.suspensions = draft.suspensions.map((span) => (span.to === null ? { ...span, to: at } : span));
  },
  revoked: end('revoked'),
  superseded: end('superseded'),
  closed: end('closed'),
};

function markCondition(
  draft: Draft,
  data: unknown,
  mark: (condition: ExportCondition) => Partial<ExportCondition>,
): void {
  const { condition } = namedCondition.parse(data);
  draft.conditions = draft.conditions.map((c) => (c.id === condition ? { ...c, ...mark(c) } : c));
}

function termsOf(terms: z.infer<typeof termsSchema>): Pick<Draft, 'tier' | 'policySha256' | 'demands'> {
  return { tier: terms.tier, policySha256: terms.policyHash, demands: terms.evidence };
}

function newDraft(data: unknown, step: Step, id: string): Draft {
  const { document, terms, requester, owner, shortId } = submittedSchema.parse(data);
  const common = {
    id,
    shortId,
    requester,
    owner,
    ...termsOf(terms),
    status: 'submitted',
    submittedAt: step.at,
    decidedAt: null,
    outcome: null,
    validUntil: null,
    endedAt: null,
    breakGlass: null,
    suspensions: [],
    persons: [requester, owner].filter((person) => person !== ''),
    controls: [],
    votes: [],
    conditions: [],
    entries: [],
    decisionIndex: null,
  };
  return document.kind === 'deployment' ? { ...common, ...document, deployedAt: null } : { ...common, ...document };
}

/**
 * Folds statements, by rising index, into requests. `lookup` gives what a hash hides; erased texts, and all texts
 * without one, become null.
 * Entries about something else are passed over. Those of a request whose submission is not among them, or whose data
 * has an unknown form, are left out and their indexes returned as `unread`.
 */
export async function collectRequests(
  entries: AsyncIterable<{ readonly index: number; readonly statement: Statement }>,
  lookup: (hash: string) => Disclosure | undefined = () => undefined,
): Promise<{ readonly requests: readonly ExportRequest[]; readonly unread: readonly number[] }> {
  const drafts = new Map<string, Draft>();
  const unread: number[] = [];
  for await (const { index, statement } of entries) {
    const { event, actor, request, controls, data } = statement.predicate;
    const id = /^request:(.+)$/.exec(event.stream)?.[1];
    if (id === undefined) continue;
    const step = { index, at: event.at, actor: actor.id, role: actor.role ?? null, data: reveal(data, lookup, null) };
    const draft = applyStep(drafts.get(id), event.type, step, id);
    if (draft === null) {
      unread.push(index);
      continue;
    }
    drafts.set(id, draft);
    if (request !== undefined) draft.shortId = request.shortId;
    draft.entries = [...draft.entries, index];
    if (/^p_/.test(actor.id) && !draft.persons.includes(actor.id)) draft.persons = [...draft.persons, actor.id];
    draft.controls = [
      ...new Set([...draft.controls, ...controls, ...draft.demands.flatMap(({ serves }) => serves)]),
    ].sort();
  }
  return { requests: [...drafts.values()], unread };
}

/** The draft after one event; null when the event cannot be read or the request is not known. */
function applyStep(before: Draft | undefined, type: string, step: Step, id: string): Draft | null {
  const opens = type === 'request.submitted' || type === 'request.refused';
  try {
    const draft = before ?? (opens ? newDraft(step.data, step, id) : null);
    if (draft === null) return null;
    if (Object.hasOwn(APPLY, type)) APPLY[type]?.(draft, step);
    else if (Object.hasOwn(STATUS, type)) draft.status = STATUS[type] ?? draft.status;
    return draft;
  } catch (error) {
    if (error instanceof z.ZodError) return null;
    throw error;
  }
}
