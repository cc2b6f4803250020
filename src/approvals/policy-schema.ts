/** Shape of `knowledge/approval-policy.yaml`. Every object is strict: an unknown key is an error, not a lost rule. */
import { z } from 'zod';
import { parseDurationMs } from './duration.ts';

const text = z.string().trim().min(1).max(600);
const roleName = z.string().trim().min(2).max(80);
const roleNames = z.array(roleName).max(12);
const key = z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/, 'a key such as personalData');
const evidenceKind = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'a kind such as risk-assessment');
const itemId = z
  .string()
  .max(60)
  .regex(/^[A-Z][A-Z0-9]*-[A-Za-z0-9&.()-]+$/, 'an item id such as WP-2.5.2 or POL-7.1');

/** A written duration, kept as milliseconds. */
const duration = z.string().transform((value, context) => {
  const ms = parseDurationMs(value);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: 'a duration such as "30 minutes", "4 hours", "10 days" or "none"' });
  return z.NEVER;
});
const positiveDuration = duration.refine((ms) => ms > 0, 'longer than none');

const kindSchema = z.enum(['deployment', 'exception', 'use-case']);
const tierSchema = z.enum(['minimal', 'limited', 'high', 'prohibited']);
/** What must hold for a rule: answers (true/false), or a text field of the request that is one of the values. */
const when = z.record(key, z.union([z.boolean(), z.array(z.string().min(1).max(60)).min(1).max(20)]));

const quorumSlot = z.union([
  roleName.transform((role) => ({ count: 1, anyOf: [role] })),
  z
    .strictObject({ count: z.int().min(1).max(9).default(1), anyOf: roleNames.min(1) })
    .transform(({ count, anyOf }) => ({ count, anyOf })),
]);

const tierTerms = z.strictObject({
  evidence: z
    .array(
      z.union([
        evidenceKind.transform((kind) => ({ kind, when: {} as z.infer<typeof when>, accepts: [] as string[] })),
        z.strictObject({
          kind: evidenceKind,
          when: when.default({}),
          accepts: z.array(evidenceKind).max(8).default([]),
        }),
      ]),
    )
    .max(20),
  /** Every piece demanded on this tier is a captured file that somebody else stands for; a bare link does not do. */
  capturedEvidence: z.boolean().default(false),
  quorum: z.array(quorumSlot).min(1).max(8),
  /** Decides on a version inside an approved change envelope; left out: the full quorum does. */
  envelopeQuorum: z.array(quorumSlot).min(1).max(8).optional(),
  veto: roleNames.default([]),
  consulted: z
    .array(z.strictObject({ role: roleName, within: duration }))
    .max(8)
    .default([]),
  informed: roleNames.default([]),
  minimumReview: duration,
  deadline: positiveDuration,
  reminders: z.array(positiveDuration).max(5).default([]),
  escalation: z.strictObject({ beforeDeadline: positiveDuration, to: roleName }),
  validity: positiveDuration,
  maximumDuration: positiveDuration,
  reviewReminders: z.array(positiveDuration).max(5).default([]),
  reasonForEveryVote: z.boolean(),
  /** A deployment of this tier is approved only on an approved use case. */
  useCase: z.boolean().default(false),
});

const kindTerms = z.strictObject({
  chair: roleName,
  suspend: roleNames.min(1),
  revoke: roleNames.min(1),
  close: roleNames.min(1),
  controlsConfirmedBy: roleName,
  breakGlass: z.strictObject({ roles: roleNames, validity: positiveDuration, review: positiveDuration }),
  material: z.array(key).min(1).max(30),
  tiers: z.strictObject({ minimal: tierTerms, limited: tierTerms, high: tierTerms }),
});

/** A kind that can be neither deployed in an emergency nor carry compensating controls. */
const plainKindTerms = kindTerms.omit({ controlsConfirmedBy: true, breakGlass: true }).transform((terms) => ({
  ...terms,
  controlsConfirmedBy: terms.chair,
  breakGlass: { roles: [], validity: 1, review: 1 },
}));

/** Who changes the policy itself. Once adopted it is in force until another one is: there is nothing to suspend or end. */
const policyTerms = z
  .strictObject({
    chair: roleName,
    quorum: tierTerms.shape.quorum,
    veto: tierTerms.shape.veto,
    consulted: tierTerms.shape.consulted,
    informed: tierTerms.shape.informed,
    minimumReview: duration,
    deadline: positiveDuration,
    reminders: tierTerms.shape.reminders,
    escalation: tierTerms.shape.escalation,
    reasonForEveryVote: z.boolean(),
  })
  .transform(({ chair, ...terms }): z.infer<typeof kindTerms> => {
    const never = {
      evidence: [],
      capturedEvidence: false,
      validity: 1,
      maximumDuration: 1,
      reviewReminders: [],
      useCase: false,
    };
    const tier = { ...terms, ...never };
    return {
      chair,
      suspend: [],
      revoke: [],
      close: [],
      controlsConfirmedBy: chair,
      breakGlass: { roles: [], validity: 1, review: 1 },
      material: ['to'],
      tiers: { minimal: tier, limited: tier, high: tier },
    };
  });

/** The whole file. */
export const approvalPolicySchema = z.strictObject({
  version: z.string().trim().min(1).max(30),
  title: text,
  questions: z
    .array(z.strictObject({ key, ask: z.string().trim().min(5).max(150), kinds: z.array(kindSchema).min(1) }))
    .min(1)
    .max(12),
  tierRules: z
    .array(
      z.strictObject({
        tier: tierSchema,
        kinds: z.array(kindSchema).min(1),
        when,
        because: z.string().trim().min(3).max(200),
        refs: z.array(itemId).max(6).default([]),
      }),
    )
    .min(1)
    .max(40),
  evidence: z.record(
    evidenceKind,
    z.strictObject({
      title: z.string().trim().min(2).max(80),
      serves: z.array(itemId).min(1).max(8),
      maxAge: positiveDuration.nullable().default(null),
      afterLastChange: z.boolean().default(false),
      captured: z.boolean().default(false),
    }),
  ),
  /** A policy from before there were use cases names none; none can be asked for under it. For `policy` see `termsFor`. */
  kinds: z.strictObject({
    deployment: kindTerms,
    exception: kindTerms,
    'use-case': plainKindTerms.optional(),
    policy: policyTerms.optional(),
  }),
});

/** The approval policy as the core uses it: durations in milliseconds, every default filled in. */
export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>;
export type TierTerms = ApprovalPolicy['kinds']['deployment']['tiers']['minimal'];
export type PolicyWhen = z.infer<typeof when>;
