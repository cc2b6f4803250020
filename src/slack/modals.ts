/**
 * Modals. A trigger lives three seconds, so a loading view opens first and is then replaced (slack-platform.md,
 * pitfall 11); a row that waited too long is dropped, because nobody looks at that screen any more.
 */
import { isExcluded } from '#src/approvals/seats.ts';
import { type RequestRecord, shownTo } from '#src/delivery/desk.ts';
import type { Intent, ModalSpec } from '#src/delivery/intents.ts';
import { renderSource, renderSources } from './blocks/answer.ts';
import { choice } from './blocks/build.ts';
import type { CardView } from './blocks/card.ts';
import { detailFacts, type RenderContext, voteView } from './blocks/card-view.ts';
import {
  deployForm,
  exceptionForm,
  link,
  loadingModal,
  type Modal,
  readingModal,
  textModal,
  voteModal,
} from './blocks/forms.ts';
import { historyLines } from './blocks/history.ts';
import { dateToken, inline, mention } from './blocks/text.ts';
import { type OutboundDeps, viewOf } from './outbound-deps.ts';
import { openView, SlackRefusedError, updateView } from './poster.ts';

type ModalIntent = Extract<Intent, { intent: 'modal' }>;

/** Opens what was asked for. An expired trigger ends it; the person presses again. */
export async function openModal(deps: OutboundDeps, intent: ModalIntent): Promise<void> {
  if (new Date(intent.expiresAt).getTime() < deps.now().getTime()) return;
  try {
    const opened = await openView(deps.modalClient, intent.triggerId, loadingModal());
    await updateView(deps.modalClient, opened.id, await modalOf(deps, intent.view, intent.user));
  } catch (error) {
    if (
      error instanceof SlackRefusedError &&
      ['expired_trigger_id', 'exchanged_trigger_id', 'trigger_expired', 'not_found', 'view_not_found'].includes(
        error.slackError,
      )
    )
      return;
    throw error;
  }
}

async function modalOf(deps: OutboundDeps, spec: ModalSpec, user: string): Promise<unknown> {
  switch (spec.kind) {
    case 'deploy':
      return deployForm(deps.questions('deployment'), about(deps, spec.channel), deps.evidenceHint);
    case 'exception':
      return exceptionForm(deps.questions('exception'), about(deps, spec.channel));
    case 'source': {
      const source = deps.source(spec.itemId, spec.hash, spec.quote);
      return source === null ? gone(spec.itemId) : renderSource(source);
    }
    case 'sources':
      return renderSources(spec.citations.flatMap((c) => deps.source(c.id, c.hash, c.quote) ?? []));
    case 'verify':
      return readingModal('Verify', await deps.verification(spec.requestId));
    default:
      return requestModal(deps, spec, user);
  }
}

type RequestSpec = Extract<ModalSpec, { requestId: string }>;

async function requestModal(deps: OutboundDeps, spec: RequestSpec, user: string): Promise<Modal> {
  const record = await deps.desk.read(spec.requestId);
  if (record === null) return gone('request');
  const { state } = record;
  const { view, context } = await viewOf(deps, record);
  const meta = JSON.stringify({ r: state.id, v: state.revision.hash, card: shownTo(state).sha256 });
  const title = `*${state.shortId}* ${inline(view.title, 200)}`;
  switch (spec.kind) {
    case 'vote':
      return voteModal(voteView(state, await deps.personFor(user), context), meta);
    case 'ask_information':
      return textModal('ask_information', meta, 'Ask for information', title, 'What is missing?');
    case 'give_information':
      return textModal(
        'give_information',
        meta,
        'Give information',
        `${title}\n> ${inline(state.information?.text ?? '', 900)}`,
        'Your answer',
      );
    case 'withdraw':
      return textModal(
        'withdraw',
        meta,
        'Withdraw',
        `${title}\nWithdrawing ends the request; the record stays.`,
        'Reason',
        { optional: true, submit: 'Withdraw' },
      );
    case 'suspend':
      return textModal(
        'suspend',
        meta,
        'Suspend',
        `${title}\nThe gate says no at once. Reinstating needs a fresh decision.`,
        'Reason and incident',
        { submit: 'Suspend' },
      );
    case 'consult': {
      const roles = state.terms.consulted.map((c) => ({ value: c.role.slice(0, 75), label: c.role }));
      const stances = [
        { value: 'support', label: 'Support' },
        { value: 'concern', label: 'Concern' },
        { value: 'neutral', label: 'Neutral' },
      ];
      const extra = [
        choice('role', 'You advise as', roles, { as: 'select' }),
        choice('stance', 'Your advice', stances),
      ];
      return textModal('consult', meta, 'Give advice', title, 'In words', { extra });
    }
    case 'accept_conditions': {
      const lines = (state.offer?.conditions ?? []).map(
        (c) => `• ${inline(c.text, 400)} — ${mention(context.slackUser(c.owner))}, due ${dateToken(new Date(c.dueAt))}`,
      );
      const yes = [
        { value: 'accept', label: 'Accept all of them' },
        { value: 'decline', label: 'Decline; the request goes back' },
      ];
      const ids = JSON.stringify({ ...JSON.parse(meta), c: (state.offer?.conditions ?? []).map((c) => c.id) });
      return textModal(
        'accept_conditions',
        ids,
        'Conditions',
        [title, ...lines].join('\n'),
        'Reason, when you decline',
        { optional: true, extra: [choice('answer', 'Your answer', yes)] },
      );
    }
    default:
      return detailsModal(deps, record, view, context, isExcluded(state, await deps.personFor(user)));
  }
}

function detailsModal(
  deps: OutboundDeps,
  record: RequestRecord,
  view: CardView,
  context: RenderContext,
  asker: boolean,
): Modal {
  const { state } = record;
  const evidence = state.document.evidence.map((e) => `• ${link(e.url, e.title || e.kind)}`);
  const part = (title: string, lines: readonly string[]) => (lines.length > 0 ? [title, ...lines] : []);
  return readingModal(state.shortId, [
    `*${state.shortId}* ${inline(view.title, 200)}`,
    inline(view.purpose, 1000),
    ...detailFacts(state).map((f) => `• ${inline(f, 300)}`),
    ...part('*Evidence*', evidence),
    ...(view.needed.length > 0 ? [`*Still needed*: ${view.needed.map((n) => inline(n, 200)).join(' · ')}`] : []),
    '*History*',
    ...historyLines(record, (p) => mention(context.slackUser(p))),
    ...(asker ? ['You asked for this, so you do not vote on it.'] : []),
    `As of ${dateToken(deps.now())}`,
  ]);
}

/** `private_metadata` of a form: a nonce made now hides the request's content behind its hash; the channel to answer in. */
function about(deps: OutboundDeps, channel: string | null): string {
  return JSON.stringify({ n: deps.newNonce(), ...(channel === null ? {} : { ch: channel }) });
}

function gone(what: string): Modal {
  return readingModal('Not found', [
    `${inline(what, 60)} is not in the library any more. Ask again to see what is in force.`,
  ]);
}
