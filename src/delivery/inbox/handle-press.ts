/** Buttons: most open a modal for the person who pressed, some act at once, some redraw an open form. */
import { z } from 'zod';
import { tally } from '#src/approvals/tally.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { readAbout } from '../forms/about.ts';
import { formOf } from '../forms/request-form.ts';
import { uploadsOf, uploadValue } from '../forms/request-uploads.ts';
import { bulletin } from '../people/notices.ts';
import type { OutgoingMessage } from '../ports.ts';
import { type Act, isAct, offerOf } from '../requests/acts.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { type ModalSpec, outgoing } from './intents.ts';
import { redraw } from './redraw.ts';
import { type RefusedAct, refuseAct } from './refuse.ts';

type Press = Extract<Incoming, { kind: 'press' }>;

/** What a request's buttons carry: the request and the revision that was shown. */
const requestValue = z.object({
  r: z.string().min(1).max(60),
  v: z.string().max(80),
  m: z.number().int().optional(),
});
const sourceValue = z.object({ id: z.string().max(60), h: z.string().max(80), q: z.string().max(4000).default('') });
const sourcesValue = z.array(z.tuple([z.string().max(60), z.string().max(80)])).max(30);

/** A trigger lives three seconds; what could not be opened by then is not opened at all. */
const TRIGGER_MS = 3000;

/** Messages that answer a press. Anything unknown is ignored: old cards may carry buttons that are gone. */
export async function handlePress(
  deps: HandlerDeps,
  id: string,
  press: Press,
  receivedAt: Date,
): Promise<readonly OutgoingMessage[]> {
  const redrawn = redraw(press, receivedAt);
  if (redrawn !== null) return redrawn;
  const open = (view: ModalSpec) => [modal(id, press, view, receivedAt)];
  const general = await handleGeneral(deps, id, press, receivedAt, open);
  if (general !== null) return general;
  const value = readAbout(requestValue, press.value);
  if (value === null) return [];
  const what = press.action.replace(/^open_/, '');
  if (what === 'details' || what === 'verify' || what === 'more') return open({ kind: what, requestId: value.r });
  if (press.action === 'do_confirm_meeting') return confirmMeeting(deps, id, press, value, receivedAt);
  if (!isAct(what)) return [];
  return openAct(deps, { id, from: press, receivedAt, requestId: value.r, revision: value.v, act: what });
}

/** Presses that are about no request; null for the others. */
async function handleGeneral(
  deps: HandlerDeps,
  id: string,
  press: Press,
  receivedAt: Date,
  open: (view: ModalSpec) => readonly OutgoingMessage[],
): Promise<readonly OutgoingMessage[] | null> {
  const { action, value, channel } = press;
  const place = {
    user: press.user.id,
    channel: channel ?? press.user.id,
    threadTs: press.threadTs ?? press.messageTs,
  };
  if (action === 'open_deploy') return open({ kind: 'request_form', form: 'deploy', channel, from: null });
  if (action === 'open_exception') return open({ kind: 'request_form', form: 'exception', channel, from: null });
  if (action === 'open_use_case') return open({ kind: 'request_form', form: 'use_case', channel, from: null });
  if (action === 'open_draft')
    return channel === null || press.messageTs === null ? [] : open({ kind: 'draft', channel, ts: press.messageTs });
  if (action === 'use_as_evidence') return takeAsEvidence(deps, id, press, receivedAt);
  if (action.startsWith('open_source:')) {
    const source = readAbout(sourceValue, value);
    return source === null ? [] : open({ kind: 'source', itemId: source.id, hash: source.h, quote: source.q });
  }
  if (action === 'open_sources') {
    const citations = (readAbout(sourcesValue, value) ?? []).map(([item, hash]) => {
      return { id: item, title: '', document: '', version: '', hash, quote: '' };
    });
    return citations.length === 0 ? [] : open({ kind: 'sources', citations });
  }
  if (action === 'helpful_yes' || action === 'helpful_no') {
    const helpful = action === 'helpful_yes';
    if (!helpful)
      await deps.gaps.put({ question: value.slice(0, 500), reason: 'not_helpful', nearest: [], at: receivedAt });
    return [outgoing(`thanks:${id}`, { intent: 'thanks', ...place, helpful })];
  }
  if (action === 'ask_human')
    return [outgoing(`human:${id}`, { intent: 'ask_human', ...place, question: value.slice(0, 500) })];
  return null;
}

export type ActRequest = {
  readonly id: string;
  readonly from: {
    readonly user: Press['user'];
    readonly triggerId: string;
    readonly channel: string | null;
    readonly view?: Press['view'];
  };
  readonly receivedAt: Date;
  readonly requestId: string;
  /** Revision on the card that was pressed; empty where none was shown. */
  readonly revision: string;
  readonly act: Act;
  /** A file of the message from which it was asked. */
  readonly files?: readonly string[];
};

/**
 * Opens the form of an act for whoever may do it now; for anybody else the reason why not, and the card is refreshed.
 * The act itself is checked again when its form arrives.
 */
export async function openAct(deps: HandlerDeps, request: ActRequest): Promise<readonly OutgoingMessage[]> {
  const { id, from, receivedAt, requestId, revision, act } = request;
  const record = await deps.desk.read(requestId);
  const person = await deps.people.personFor(from.user.id, from.user.name);
  const refuse = async (of: string | null, reason: RefusedAct['reason'], detail: readonly string[]) => {
    const { user } = from;
    const what = { requestId: of, action: `open_${act}`, reason, detail };
    const said = await refuseAct(deps, { id, at: receivedAt, user: user.id, person, channel: from.channel, ...what });
    // Pressed in the home tab, which then showed what is no more.
    const isHome = from.channel === null && !from.view;
    return isHome ? [...said, outgoing(`home:${user.id}`, { intent: 'home', user: user.id })] : said;
  };
  if (record === null) return refuse(null, 'unknown_request', []);
  const { state } = record;
  if (act === 'vote' && revision !== '' && !state.revision.equivalents.includes(revision))
    return refuse(requestId, 'old_revision', [String(state.revision.number)]);
  const roster = await deps.desk.roster(state);
  const policy = NEED_POLICY.has(act) ? await deps.forms.policyOf(state.terms.policyHash) : null;
  const offer = offerOf(act, { state, person, roster, policy, now: receivedAt });
  if (offer.ok) return [modal(id, from, specOf(act, state, from.channel, request.files), receivedAt)];
  const waiting = act === 'vote' && (offer.reason === 'self_approval' || offer.reason === 'role_missing');
  const detail = waiting ? tally(state, roster, receivedAt.getTime()).stillNeeded : offer.detail;
  return refuse(requestId, NOTHING[act]?.[offer.reason] ?? offer.reason, detail);
}

/** What an act without anything to act on means, where the refusal's own words are about something else. */
const NOTHING: Readonly<Partial<Record<Act, Readonly<Partial<Record<RefusedAct['reason'], RefusedAct['reason']>>>>>> = {
  attest: { nothing_changed: 'no_file_to_attest' },
  condition_evidence: { unknown_condition: 'no_open_condition' },
  condition_confirm: { unknown_condition: 'no_open_condition' },
};

/** Acts that lead to a revision are judged by the request's own policy. */
const NEED_POLICY: ReadonlySet<Act> = new Set(['raise_tier', 'edit', 'add_evidence']);

function specOf(
  act: Act,
  state: SubmittedState,
  channel: string | null,
  files: readonly string[] | undefined,
): ModalSpec {
  const { kind } = state.document;
  if ((act !== 'edit' && act !== 'renew') || kind === 'policy')
    return { kind: 'act', act, requestId: state.id, ...(files === undefined ? {} : { files: [...files] }) };
  return { kind: 'request_form', form: formOf(kind), channel, from: { requestId: state.id, why: act } };
}

/** A file shared in the thread of a request's card becomes its evidence; elsewhere it is said where to share it. */
async function takeAsEvidence(
  deps: HandlerDeps,
  id: string,
  press: Press,
  receivedAt: Date,
): Promise<readonly OutgoingMessage[]> {
  const { channel, threadTs } = press;
  const key = channel === null || threadTs === null ? null : await deps.outbox.keyAt(channel, threadTs);
  const requestId = key?.startsWith('card:') ? key.slice('card:'.length) : null;
  const files = uploadsOf(press.value.split('\n')).map(({ id: file, sizeBytes }) =>
    uploadValue({ id: file, size: sizeBytes }),
  );
  if (requestId !== null && files.length === 1)
    return openAct(deps, { id, from: press, receivedAt, requestId, revision: '', act: 'add_evidence', files });
  const how =
    files.length === 1
      ? 'Share the file in the thread of its request’s card, or write /governance evidence DR-12 and upload it there.'
      : 'Share one file a message in the thread of the request’s card.';
  const to = { kind: 'user', user: press.user.id, channel } as const;
  return [bulletin(`shared:${id}`, to, 'Nothing was taken as evidence.', [how])];
}

/** The button under what the minutes say about a voter: one press, checked like any vote. */
async function confirmMeeting(
  deps: HandlerDeps,
  id: string,
  press: Press,
  value: z.infer<typeof requestValue>,
  receivedAt: Date,
): Promise<readonly OutgoingMessage[]> {
  const person = await deps.people.personFor(press.user.id, press.user.name);
  const result = await deps.desk.act(value.r, {
    type: 'confirm_meeting_vote',
    commandId: commandIdOf(id),
    by: person,
    meeting: value.m ?? 0,
  });
  if (result.ok || result.reason === 'duplicate_command') return [];
  const { reason, detail } = result;
  return refuseAct(deps, {
    id,
    at: receivedAt,
    user: press.user.id,
    person,
    channel: press.channel,
    requestId: result.state === null ? null : value.r,
    action: 'confirm_meeting',
    reason,
    detail,
  });
}

/** A row that opens a modal for the person who pressed; on top of the modal in which the button stands. */
export function modal(
  id: string,
  from: { readonly user: { readonly id: string }; readonly triggerId: string; readonly view?: Press['view'] },
  view: ModalSpec,
  receivedAt: Date,
): OutgoingMessage {
  const expiresAt = new Date(receivedAt.getTime() + TRIGGER_MS).toISOString();
  const push = from.view !== undefined && from.view !== null;
  return outgoing(`modal:${id}`, {
    intent: 'modal',
    user: from.user.id,
    triggerId: from.triggerId,
    expiresAt,
    push,
    view,
  });
}
