/**
 * What is to be said in Slack. A row holds the intent, not the words: what a message looks like is rendered from the
 * state at the moment it is sent, so a message that waited out an outage still tells the truth.
 */
import { z } from 'zod';
import { REFUSALS } from '#src/approvals/commands.ts';

const slackId = z.string().max(40);
const ts = z.string().max(30);
const person = z.string().max(60);
const requestId = z.string().max(60);

/** Modals that a press opens. `triggerId` lives three seconds: a row older than `expiresAt` is dropped, not retried. */
const modalView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('deploy'), channel: slackId.nullable() }),
  z.object({ kind: z.literal('exception'), channel: slackId.nullable() }),
  z.object({ kind: z.literal('vote'), requestId }),
  z.object({ kind: z.literal('ask_information'), requestId }),
  z.object({ kind: z.literal('give_information'), requestId }),
  z.object({ kind: z.literal('consult'), requestId }),
  z.object({ kind: z.literal('withdraw'), requestId }),
  z.object({ kind: z.literal('suspend'), requestId }),
  z.object({ kind: z.literal('accept_conditions'), requestId }),
  z.object({ kind: z.literal('details'), requestId }),
  z.object({ kind: z.literal('verify'), requestId }),
  z.object({
    kind: z.literal('source'),
    itemId: z.string().max(60),
    hash: z.string().max(80),
    quote: z.string().max(4000),
  }),
  z.object({
    kind: z.literal('sources'),
    citations: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          document: z.string(),
          version: z.string(),
          hash: z.string(),
          quote: z.string(),
        }),
      )
      .max(30),
  }),
]);
export type ModalSpec = z.infer<typeof modalView>;

/** Codes of refusals that do not come from `decide`. */
export const OTHER_REFUSALS = [
  'unknown_request',
  'unknown_command',
  'prohibited',
  'no_policy',
  'question_too_long',
  'system_error',
] as const;

export const intentSchema = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('answer'),
    channel: slackId,
    threadTs: ts.nullable(),
    user: slackId,
    wasCut: z.boolean(),
    /** An `Answer` of the answers room; rendered as it was given. */
    answer: z.unknown(),
  }),
  z.object({ intent: z.literal('card'), requestId }),
  z.object({
    intent: z.literal('thread'),
    requestId,
    note: z.enum([
      'reminded',
      'escalated',
      'information_requested',
      'information_provided',
      'conditions_offered',
      'contradicted',
      'comment',
    ]),
  }),
  z.object({
    intent: z.literal('tell'),
    person,
    requestId,
    what: z.enum([
      'submitted',
      'refused',
      'decided',
      'information_requested',
      'conditions_offered',
      'contradicted',
      'consult',
      'suspended',
      'revoked',
      'review_due',
      'condition_overdue',
      'closed',
      'reinstated',
      'breakglass',
    ]),
    role: z.string().max(200).nullable(),
  }),
  /** Tells a role and records that it was told. */
  z.object({ intent: z.literal('inform'), requestId, role: z.string().max(200) }),
  z.object({
    intent: z.literal('refusal'),
    user: slackId,
    channel: slackId.nullable(),
    threadTs: ts.nullable(),
    reason: z.enum([...REFUSALS, ...OTHER_REFUSALS]),
    detail: z.array(z.string().max(500)).max(30),
    requestId: requestId.nullable(),
  }),
  z.object({
    intent: z.literal('modal'),
    user: slackId,
    triggerId: z.string().max(200),
    expiresAt: z.iso.datetime(),
    view: modalView,
  }),
  z.object({ intent: z.literal('home'), user: slackId }),
  z.object({ intent: z.literal('greeting'), user: slackId, channel: slackId }),
  z.object({ intent: z.literal('help'), user: slackId, channel: slackId }),
  z.object({ intent: z.literal('status'), user: slackId, channel: slackId }),
  z.object({
    intent: z.literal('thanks'),
    user: slackId,
    channel: slackId,
    threadTs: ts.nullable(),
    helpful: z.boolean(),
  }),
  z.object({
    intent: z.literal('ask_human'),
    user: slackId,
    channel: slackId,
    threadTs: ts.nullable(),
    question: z.string().max(500),
  }),
  z.object({ intent: z.literal('anchor'), size: z.number(), note: z.string().max(4000) }),
]);

/** One message to be. */
export type Intent = z.infer<typeof intentSchema>;

/** An outbox row of an intent. `key`: rows of the same key that are not sent yet are replaced by the newer one. */
export function outgoing(
  key: string,
  intent: Intent,
  notBefore?: Date,
): {
  readonly key: string;
  readonly intent: string;
  readonly payload: Intent;
  readonly notBefore?: Date;
} {
  return { key, intent: intent.intent, payload: intent, ...(notBefore ? { notBefore } : {}) };
}
