/**
 * What Slack sent, reduced to what Countersign acts on. Listeners make these from payloads and store them; workers
 * read them back. Everything in them is attacker-controlled until this schema has passed it.
 */
import { z } from 'zod';

/** Longest text taken from one message; the rest is cut, with a note. */
export const TEXT_CHARS_MAX = 8_000;

const slackId = z.string().regex(/^[A-Z0-9]{2,40}$/);
const ts = z.string().regex(/^\d{1,12}\.\d{1,8}$/);
const user = z.object({ id: slackId, name: z.string().max(200).nullable() });
const cut = z.string().transform((text) => text.slice(0, TEXT_CHARS_MAX));
const triggerId = z.string().min(1).max(200);
/** Answers of a form by field; strings, lists of strings, or null where left empty. */
const formValues = z.record(z.string().max(80), z.union([cut, z.array(z.string().max(500)).max(50), z.null()]));

export const incomingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ask'),
    user,
    channel: slackId,
    /** `im`: a direct message; `channel`: seen by everybody there. */
    place: z.enum(['im', 'channel']),
    /** Somebody called the app by name. */
    mentioned: z.boolean(),
    ts,
    threadTs: ts.nullable(),
    text: cut,
    wasCut: z.boolean(),
  }),
  z.object({
    kind: z.literal('command'),
    user,
    channel: slackId,
    triggerId,
    text: z.string().max(500),
  }),
  z.object({
    kind: z.literal('press'),
    user,
    /** The button's action id, and the value it carried. */
    action: z.string().max(80),
    value: z.string().max(2000),
    channel: slackId.nullable(),
    messageTs: ts.nullable(),
    threadTs: ts.nullable(),
    triggerId,
    /** Block id of the pressed element. */
    block: z.string().max(255).default(''),
    /** The modal in which it stands, with the answers given so far; null for a message. */
    view: z
      .object({ id: z.string().max(60), form: z.string().max(80), about: z.string().max(3000), values: formValues })
      .nullable()
      .default(null),
  }),
  z.object({
    kind: z.literal('form'),
    user,
    form: z.string().max(80),
    /** `private_metadata` of the view: what the form is about. */
    about: z.string().max(3000),
    values: formValues,
    /** Random value made when the form was opened; hides the request's content in its hash. */
    triggerId,
  }),
  z.object({ kind: z.literal('home'), user }),
  z.object({ kind: z.literal('greeting'), user, channel: slackId }),
]);

/** A normalised Slack payload. */
export type Incoming = z.infer<typeof incomingSchema>;
