/**
 * Events of the library, one evidence entry each: who proposed, accepted, rolled back or withdrew which pack, when, from
 * which file.
 */
import { z } from 'zod';
import { importKindSchema } from './pack.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const person = z.string().min(1).max(100);
const version = z.string().min(1).max(300);
const document = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/);
const time = z.iso.datetime();

/** The approver's decision that puts a binding pack in force. */
export const approverDecisionSchema = z.strictObject({
  /** The approver as the title block names it, e.g. ISSC. */
  approver: z.string().min(1).max(300),
  /** Where the decision is recorded: minutes, ticket. */
  reference: z.string().min(1).max(300),
  /** The day it was made. */
  decidedOn: z.iso.date(),
  /** From when it binds; the day of the decision where it says nothing else. */
  effective: z.iso.date().nullable().default(null),
});
export type ApproverDecision = z.infer<typeof approverDecisionSchema>;

export const knowledgeProposedSchema = z.strictObject({
  type: z.literal('knowledge.proposed'),
  proposal: z.string().regex(/^IMP-[0-9a-f]{8}$/),
  document,
  version,
  file: z.strictObject({
    name: z.string().min(1).max(300),
    sha256: hash,
    bytes: z.number().int().nonnegative(),
    kind: importKindSchema,
  }),
  packHash: hash,
  baseHash: hash.nullable(),
  counts: z.strictObject({
    added: z.number().int(),
    changed: z.number().int(),
    removed: z.number().int(),
    suspicious: z.number().int(),
  }),
  by: person,
  at: time,
});

export const knowledgeAcceptedSchema = z.strictObject({
  type: z.literal('knowledge.accepted'),
  proposal: z.string().regex(/^IMP-[0-9a-f]{8}$/),
  document,
  version,
  /** Hash of the pack that is now in force (a binding pack carries its dates, so it may differ from the proposed one). */
  packHash: hash,
  proposedPackHash: hash,
  previousHash: hash.nullable(),
  fileSha256: hash,
  proposedBy: person,
  decision: approverDecisionSchema.nullable(),
  by: person,
  at: time,
});

export const knowledgeRolledBackSchema = z.strictObject({
  type: z.literal('knowledge.rolled_back'),
  document,
  fromHash: hash,
  fromVersion: version,
  toHash: hash,
  toVersion: version,
  decision: approverDecisionSchema.nullable(),
  by: person,
  at: time,
});

/** Somebody wants a document out of the library; it stays in force until a second person agrees. */
export const knowledgeWithdrawalProposedSchema = z.strictObject({
  type: z.literal('knowledge.withdrawal_proposed'),
  document,
  version,
  /** What was in force then; another pack in force since ends the proposal. */
  packHash: hash,
  reason: z.string().min(1).max(1_000),
  by: person,
  at: time,
});

export const knowledgeWithdrawnSchema = z.strictObject({
  type: z.literal('knowledge.withdrawn'),
  document,
  version,
  packHash: hash,
  proposedBy: person,
  decision: approverDecisionSchema.nullable(),
  by: person,
  at: time,
});

export const knowledgeEventSchema = z.discriminatedUnion('type', [
  knowledgeProposedSchema,
  knowledgeAcceptedSchema,
  knowledgeRolledBackSchema,
  knowledgeWithdrawalProposedSchema,
  knowledgeWithdrawnSchema,
]);
export type KnowledgeProposed = z.infer<typeof knowledgeProposedSchema>;
export type KnowledgeAccepted = z.infer<typeof knowledgeAcceptedSchema>;
export type KnowledgeRolledBack = z.infer<typeof knowledgeRolledBackSchema>;
export type KnowledgeWithdrawalProposed = z.infer<typeof knowledgeWithdrawalProposedSchema>;
export type KnowledgeWithdrawn = z.infer<typeof knowledgeWithdrawnSchema>;
export type KnowledgeEvent = z.infer<typeof knowledgeEventSchema>;
