/**
 * What is to be said in Slack. A row holds the intent, not the words: what a message looks like is rendered from the
 * state at the moment it is sent, so a message that waited out an outage still tells the truth.
 */
import { z } from 'zod';
import { REFUSALS } from '#src/approvals/commands.ts';
import { POINTED_TO } from '../answers/pointer.ts';
import { REQUEST_FORMS } from '../forms/request-form.ts';
import { ACTS } from '../requests/acts.ts';

const slackId = z.string().max(40);
const ts = z.string().max(30);
const person = z.string().max(60);
const requestId = z.string().max(60);

/** Answers of a form by block id. */
const formValues = z.record(z.string().max(80), z.union([z.string(), z.array(z.string().max(500)).max(50), z.null()]));

/** Modals that a press opens. `triggerId` lives three seconds: a row older than `expiresAt` is dropped, not retried. */
const modalView = z.discriminatedUnion('kind', [
  /** A form that makes a request, or a revision of one. */
  z.object({
    kind: z.literal('request_form'),
    form: z.enum(REQUEST_FORMS),
    channel: slackId.nullable(),
    /** Request it is filled in from, and why; null: an empty form. */
    from: z.object({ requestId, why: z.enum(['like', 'renew', 'edit']) }).nullable(),
  }),
  /** A form for something to do on a request. */
  z.object({
    kind: z.literal('act'),
    act: z.enum(ACTS),
    requestId,
    files: z.array(z.string().max(60)).max(1).optional(),
  }),
  /** A draft that was kept in somebody's direct message. */
  z.object({ kind: z.literal('draft'), channel: slackId, ts }),
  /** A table that an administrator brings. */
  z.object({ kind: z.literal('table') }),
  /** A document for the library that an administrator brings. */
  z.object({ kind: z.literal('document') }),
  /** The choices of the approval policy. */
  z.object({ kind: z.literal('rules') }),
  /** What a version of a system is made of; both names may be empty. */
  z.object({ kind: z.literal('manifest'), system: z.string().max(200), version: z.string().max(60) }),
  /** Why a waiting policy is put to the vote. */
  z.object({ kind: z.literal('policy_vote'), proposal: z.string().max(60) }),
  /** Facts about a system, by the key of its name. */
  z.object({ kind: z.literal('facts'), system: z.string().max(200) }),
  /** One risk of the register; null: a new one. */
  z.object({ kind: z.literal('risk'), risk: z.string().max(20).nullable() }),
  z.object({ kind: z.literal('more'), requestId }),
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
  'which_request',
  'no_file_to_attest',
  'no_open_condition',
  'unknown_command',
  'prohibited',
  'not_for_your_roles',
  'no_policy',
  'question_too_long',
  'system_error',
] as const;

/** What a person is told about a request. */
export const TELLS = [
  'submitted',
  'refused',
  'decided',
  'revised',
  'information_requested',
  'conditions_offered',
  'contradicted',
  'consult',
  'reminder',
  'escalated',
  'scope_proposed',
  'meeting',
  'condition_yours',
  'condition_evidence',
  'condition_confirmed',
  'condition_overdue',
  'suspended',
  'revoked',
  'review_due',
  'superseded',
  'renewed',
  'closed',
  'reinstated',
  'breakglass',
  'breakglass_ended',
  'exception_ended',
] as const;
export type Tell = (typeof TELLS)[number];

/** Notes in the thread of a request's card. */
export const NOTES = [
  'reminded',
  'escalated',
  'revised',
  'information_requested',
  'information_provided',
  'conditions_offered',
  'conditions_declined',
  'contradicted',
  'scope_proposed',
  'rejection_settled',
  'meeting',
  'consult_answered',
  'consult_lapsed',
  'comment',
  'condition_confirmed',
] as const;
export type Note = (typeof NOTES)[number];

export const intentSchema = z.discriminatedUnion('intent', [
  z.object({
    intent: z.literal('answer'),
    channel: slackId,
    threadTs: ts.nullable(),
    user: slackId,
    wasCut: z.boolean(),
    /** An `Answer` of the answers room; rendered as it was given. */
    answer: z.unknown(),
    /** Where else to turn with the question; `requestId` is null where no request has the id. */
    pointer: z
      .object({ to: z.enum(POINTED_TO), shortId: z.string().max(20).nullable(), requestId: requestId.nullable() })
      .nullable()
      .default(null),
  }),
  z.object({ intent: z.literal('card'), requestId }),
  z.object({
    intent: z.literal('thread'),
    requestId,
    note: z.enum(NOTES),
  }),
  /** Tells one person, the holders of a role, or (both null) everybody whom the request waits for. */
  z.object({
    intent: z.literal('tell'),
    person: person.nullable(),
    requestId,
    what: z.enum(TELLS),
    role: z.string().max(200).nullable(),
  }),
  /** Tells those who rest on an exception that it carries them no more. */
  z.object({ intent: z.literal('dependents'), requestId }),
  /** What an approval means for the request it replaces: nothing is said, but it is retried like a message. */
  z.object({ intent: z.literal('follow_up'), requestId }),
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
    /** On top of the modal in which the button was pressed. */
    push: z.boolean(),
    view: modalView,
  }),
  /** Draws an open form anew from the answers given so far. */
  z.object({
    intent: z.literal('redraw'),
    user: slackId,
    viewId: z.string().max(60),
    expiresAt: z.iso.datetime(),
    form: z.string().max(40),
    about: z.string().max(3000),
    values: formValues,
  }),
  /** Keeps a form that is not finished, in the direct message of whoever fills it in. */
  z.object({
    intent: z.literal('draft'),
    user: slackId,
    form: z.enum(REQUEST_FORMS),
    about: z.string().max(3000),
    values: formValues,
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
