/**
 * Drafts: a form that is not finished is kept as a message to whoever fills it in, with its answers in the message's
 * metadata. Nothing of it is in the log, and deleting the message deletes the draft.
 */

import { z } from 'zod';
import type { FormKind } from '#src/approvals/document.ts';
import { aboutFormSchema, readAbout } from '#src/delivery/forms/about.ts';
import { one } from '#src/delivery/forms/form-values.ts';
import { kindOf, REQUEST_FORMS } from '#src/delivery/forms/request-form.ts';
import type { Intent } from '#src/delivery/inbox/intents.ts';
import type { OutboxItem } from '#src/delivery/ports.ts';
import { actions, button, type Message, section } from './blocks/build.ts';
import { type Modal, readingModal } from './blocks/modal.ts';
import { inline } from './blocks/text.ts';
import type { OutboundDeps } from './outbound-deps.ts';
import { directChannel, post, readDraft, update, whisper } from './poster.ts';
import { drawRequestForm } from './request-forms.ts';

/** Slack keeps about 8 KB of metadata with a message; more than this many bytes is not tried. */
const DRAFT_BYTES_MAX = 7_000;

const draftSchema = z.object({
  form: z.enum(REQUEST_FORMS),
  about: z.string().max(3000),
  values: z.record(z.string().max(80), z.union([z.string(), z.array(z.string()), z.null()])),
});

/** Keeps a draft, or draws the message of the same form anew. */
export async function sendDraft(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'draft' }>,
): Promise<void> {
  const { form, about, user } = intent;
  const values = Object.fromEntries(Object.entries(intent.values).filter(([, value]) => value !== null));
  const draft = JSON.stringify({ form, about, values });
  const channel = await directChannel(deps.client, user);
  if (new TextEncoder().encode(draft).length > DRAFT_BYTES_MAX) {
    const text = 'The draft is too long to be kept. Nothing was submitted; shorten the texts, or submit it.';
    return whisper(deps.client, channel, user, null, { text, blocks: [section(text)] });
  }
  const { clientMsgId, attempts } = item;
  const own = { outboxId: item.key, clientMsgId, attempts, message: draftMessage(intent), draft };
  const place = await deps.places.placeOf(item.key);
  if (place !== null) return update(deps.client, place, own);
  const ts = await post(deps.client, { ...own, channel, threadTs: null });
  await deps.places.placed(item.key, channel, ts);
}

const DRAFT_OF: Readonly<Record<FormKind, { readonly named: readonly string[]; readonly what: string }>> = {
  deployment: { named: ['system', 'version', 'environment'], what: 'a deployment' },
  exception: { named: ['deviatesFrom', 'systems'], what: 'an exception' },
  'use-case': { named: ['system'], what: 'a use case' },
};

function draftMessage({ form, values }: Extract<Intent, { intent: 'draft' }>): Message {
  const { named, what } = DRAFT_OF[kindOf(form)];
  const words = named.flatMap((field) => one(values, field) ?? []).join(' ');
  const text = `Draft of ${what}${words === '' ? '' : `: ${inline(words, 150)}`}`;
  return {
    text,
    blocks: [
      section(`*${text}*\nNot submitted. It stays here until you continue; nobody else sees it.`),
      actions('draft', [button('Continue', 'open_draft', 'draft', 'primary')]),
    ],
  };
}

/** The form of a draft, under the policy of today, for who opens it. */
export async function draftForm(
  deps: OutboundDeps,
  { channel, ts }: { readonly channel: string; readonly ts: string },
  user: string,
): Promise<Modal> {
  const kept = await readDraft(deps.client, channel, ts);
  const draft = kept === null ? null : readAbout(draftSchema, kept);
  const about = draft === null ? null : readAbout(aboutFormSchema, draft.about);
  if (draft === null || about === null)
    return readingModal('Not found', ['This draft is not there any more. Start a new request.']);
  return drawRequestForm(deps, draft.form, { ...about, n: deps.newNonce() }, draft.values, user);
}
