/** `/governance ...`: opens a form, shows a request, or says what can be typed. */
import type { FormKind } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { authorityIn } from '#src/approvals/seats.ts';
import { OPEN_STATUSES } from '#src/approvals/timers.ts';
import { kindOf, type RequestForm } from '../forms/request-form.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import type { Act } from '../requests/acts.ts';
import { modal, openAct } from './handle-press.ts';
import type { HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { outgoing } from './intents.ts';
import { refuseAct } from './refuse.ts';

type Typed = Extract<Incoming, { kind: 'command' }>;

/** Words after `/governance`, followed by a request's number. */
const ACT_WORDS: Readonly<Record<string, Act>> = {
  vote: 'vote',
  unvote: 'withdraw_vote',
  edit: 'edit',
  comment: 'comment',
  attest: 'attest',
  ask: 'ask_information',
  answer: 'give_information',
  advise: 'consult',
  conditions: 'accept_conditions',
  scope: 'propose_scope',
  narrow: 'propose_scope',
  'accept-scope': 'accept_scope',
  raise: 'raise_tier',
  settle: 'settle',
  meeting: 'record_meeting',
  withdraw: 'withdraw',
  evidence: 'condition_evidence',
  confirm: 'condition_confirm',
  deployed: 'record_deployment',
  renew: 'renew',
  reinstate: 'renew',
  suspend: 'suspend',
  revoke: 'revoke',
  close: 'close',
};

const FORM_WORDS: Readonly<Record<string, RequestForm>> = {
  deploy: 'deploy',
  exception: 'exception',
  emergency: 'emergency',
  'use-case': 'use_case',
  usecase: 'use_case',
};

/** Handles one slash command. */
export async function handleCommand(
  deps: HandlerDeps,
  item: InboxItem,
  command: Typed,
): Promise<readonly OutgoingMessage[]> {
  const [word = '', ...rest] = command.text.trim().toLowerCase().split(/\s+/);
  const at = { user: command.user.id, channel: command.channel };
  if (word === 'status') return [outgoing(`status:${item.id}`, { intent: 'status', ...at })];
  if (word === '' || word === 'help') return [outgoing(`help:${item.id}`, { intent: 'help', ...at })];
  if (word === 'import') {
    const kind = rest[0] === 'document' ? 'document' : 'table';
    return [modal(item.id, command, { kind }, item.receivedAt)];
  }
  const form = FORM_WORDS[word];
  if (form !== undefined) return openForm(deps, item, command, form, rest);
  const act = ACT_WORDS[word];
  if (act === undefined && word !== 'show' && word !== 'more') return say(deps, item, command, 'unknown_command');
  if (rest[0] === undefined) return say(deps, item, command, 'which_request', word);
  const found = await deps.ledger.findRequest(rest[0].toUpperCase());
  if (found === null) return say(deps, item, command, 'unknown_request');
  if (act === undefined) {
    const kind = word === 'show' ? 'details' : 'more';
    return [modal(item.id, command, { kind, requestId: found.id }, item.receivedAt)];
  }
  const { receivedAt, id } = item;
  // Before the decision a file goes to the request, after it to a condition.
  const meant =
    act === 'condition_evidence' && OPEN_STATUSES.some((status) => status === found.status) ? 'add_evidence' : act;
  return openAct(deps, { id, from: command, receivedAt, requestId: found.id, revision: '', act: meant });
}

/** `deploy`, `deploy like DR-12`, `deploy like UC-1`, `emergency`: the emergency way is only opened for a role that the policy names. */
async function openForm(
  deps: HandlerDeps,
  item: InboxItem,
  command: Typed,
  form: RequestForm,
  rest: readonly string[],
): Promise<readonly OutgoingMessage[]> {
  const policy = deps.forms.policy();
  if (policy === null) return say(deps, item, command, 'no_policy');
  if (policy.policy.kinds[kindOf(form)] === undefined)
    return say(deps, item, command, 'kind_not_in_policy', kindOf(form));
  if (form === 'emergency') {
    const { roles } = policy.policy.kinds.deployment.breakGlass;
    const person = await deps.people.personFor(command.user.id, command.user.name);
    if (authorityIn(await deps.desk.roster(), person, roles) === null)
      return refuseAct(deps, {
        id: item.id,
        at: item.receivedAt,
        user: command.user.id,
        person,
        channel: command.channel,
        requestId: null,
        action: 'open_emergency',
        reason: 'no_break_glass_role',
        detail: roles,
      });
  }
  let from: { requestId: string; why: 'like' } | null = null;
  if (rest[0] === 'like') {
    const wanted = (rest[1] ?? '').toUpperCase();
    const found = startsFrom(form, wanted) ? await deps.ledger.findRequest(wanted) : null;
    if (found === null) return say(deps, item, command, 'unknown_request');
    from = { requestId: found.id, why: 'like' };
  }
  return [modal(item.id, command, { kind: 'request_form', form, channel: command.channel, from }, item.receivedAt)];
}

function say(
  deps: HandlerDeps,
  item: InboxItem,
  command: Typed,
  reason: 'unknown_command' | 'unknown_request' | 'which_request' | 'no_policy' | 'kind_not_in_policy',
  ...detail: readonly string[]
): Promise<readonly OutgoingMessage[]> {
  return refuseAct(deps, {
    id: item.id,
    at: item.receivedAt,
    user: command.user.id,
    person: null,
    channel: command.channel,
    requestId: null,
    action: 'command',
    reason,
    detail,
  });
}

/** Whether a form can start from a request: one of its kind, and a deployment from the use case it is to rest on. */
function startsFrom(form: RequestForm, shortId: string): boolean {
  const kinds: readonly FormKind[] = form === 'deploy' ? ['deployment', 'use-case'] : [kindOf(form)];
  return kinds.some((kind) => shortId.startsWith(`${PREFIX_OF[kind]}-`));
}
