/** Submitted forms: requests, votes and what else needs words. Each becomes one command under the payload's id. */
import { systemsOf } from '#src/approvals/document-facts.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import type { MeetingVote } from '#src/approvals/types.ts';
import { evidenceKindWords } from '#src/systems/evidence-files.ts';
import { type AboutRequest, aboutRequestSchema, readAbout } from '../forms/about.ts';
import { many, one, text } from '../forms/form-values.ts';
import { isRequestForm } from '../forms/forms.ts';
import { scopeIn } from '../forms/request-form.ts';
import { parseVote } from '../forms/vote-form.ts';
import { bulletin } from '../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import type { DeskCommand } from '../requests/desk.ts';
import { reachWords } from '../systems/files.ts';
import { addEvidence } from './add-evidence.ts';
import { conditionEvidence } from './condition-evidence.ts';
import { importDocument } from './governance/import-document.ts';
import { importTable } from './governance/import-table.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { keepRefusal } from './keep-uploads.ts';
import { refuseAct } from './refuse.ts';
import { submitRequest } from './submit-request.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Handles one submitted form. Throws when it is to be tried again. */
export async function handleForm(deps: HandlerDeps, item: InboxItem, form: Form): Promise<readonly OutgoingMessage[]> {
  const person = await deps.people.personFor(form.user.id, form.user.name);
  const name = form.form;
  if (isRequestForm(name)) return submitRequest(deps, item, { ...form, form: name }, person);
  if (name === 'table_import') return importTable(deps, item, form, person);
  if (name === 'document_import') return importDocument(deps, item, form, person);
  const about = readAbout(aboutRequestSchema, form.about);
  if (about === null) return [];
  if (name === 'add_evidence') return addEvidence(deps, item, form, about, person);
  if (name === 'condition_evidence') return conditionEvidence(deps, item, form, about, person);
  if (name === 'attest') return attest(deps, item, form, about, person);
  const command = await commandOf(deps, form, about, { commandId: commandIdOf(item.id), by: person });
  if (command === null) return [];
  const result = await deps.desk.act(about.r, command);
  if (result.ok || result.reason === 'duplicate_command') return [];
  return refuseAct(deps, {
    id: item.id,
    at: item.receivedAt,
    user: form.user.id,
    person,
    channel: result.state === null ? null : deps.committeeChannel,
    requestId: result.state === null ? null : about.r,
    action: command.type,
    reason: result.reason,
    detail: result.detail,
  });
}

/** Somebody stands for a captured file: the file's own desk decides, and every request that names it follows. */
async function attest(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  about: AboutRequest,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const role = text(form.values, 'role');
  const record = await deps.desk.read(about.r);
  if (record === null) return [];
  const organisation = text(form.values, 'reach') === 'organisation';
  const reach = { organisation, systems: organisation ? [] : [...systemsOf(record.state.document)] };
  const by = { person, commandId: commandIdOf(item.id) };
  const result = await deps.files.attest(text(form.values, 'file'), role, reach, by);
  const title = result.ok
    ? `You stand for the ${evidenceKindWords(result.file.kind)} as ${role}, for ${reachWords(reach)}. The requests that rest on it were looked at again.`
    : `${keepRefusal(result)} Nothing was recorded.`;
  const to = { kind: 'user', user: form.user.id, channel: null } as const;
  return [bulletin(`attest:${item.id}`, to, title, result.ok ? [`sha256 ${result.file.sha256}`] : [])];
}

type Base = { readonly commandId: string; readonly by: string };

async function commandOf(deps: HandlerDeps, form: Form, about: AboutRequest, base: Base): Promise<DeskCommand | null> {
  const said = text(form.values, 'text');
  const why = { ...base, reason: said === '' ? null : said };
  switch (form.form) {
    case 'vote':
      return parseVote(form.values, { ...base, revision: about.v, card: about.card ?? null }, (user) =>
        deps.people.personFor(user, null),
      );
    case 'withdraw_vote':
      return { type: 'withdraw_vote', ...why, revision: about.v };
    case 'comment':
      return { type: 'comment', ...base, text: said };
    case 'ask_information':
      return { type: 'request_information', ...base, text: said };
    case 'give_information':
      return { type: 'provide_information', ...base, text: said };
    case 'withdraw':
      return { type: 'withdraw', ...why };
    case 'consult': {
      const stance = one(form.values, 'stance');
      if (stance !== 'support' && stance !== 'concern' && stance !== 'neutral') return null;
      return { type: 'answer_consult', ...base, role: text(form.values, 'role'), stance, text: said };
    }
    case 'accept_conditions':
      return one(form.values, 'answer') === 'accept'
        ? { type: 'accept_conditions', ...base, conditions: about.c ?? [] }
        : { type: 'decline_conditions', ...base, reason: said };
    case 'record_meeting':
      return meetingOf(deps, form, about, base);
    case 'confirm_meeting':
      return { type: 'confirm_meeting_vote', ...base, meeting: about.p ?? 0 };
    default:
      return (await revisionCommand(deps, form, about, base)) ?? standingCommand(form, base);
  }
}

/** Commands that lead to a revision. */
async function revisionCommand(
  deps: HandlerDeps,
  form: Form,
  about: AboutRequest,
  base: Base,
): Promise<DeskCommand | null> {
  const reason = text(form.values, 'text');
  switch (form.form) {
    case 'propose_scope': {
      const scope = scopeIn(form.values);
      return scope === null ? null : { type: 'propose_scope', ...base, scope, reason };
    }
    case 'accept_scope':
      return { type: 'accept_scope', ...base, proposal: about.p ?? 0, nonce: about.n ?? '' };
    case 'settle':
      return { type: 'settle_rejection', ...base, reason };
    case 'raise_tier': {
      const tier = one(form.values, 'tier');
      const record = await deps.desk.read(about.r);
      const policy = record === null ? null : await deps.forms.policyOf(record.state.terms.policyHash);
      if (policy === null || (tier !== 'limited' && tier !== 'high')) return null;
      return { type: 'raise_tier', ...base, tier, reason, policy, nonce: about.n ?? '' };
    }
    default:
      return null;
  }
}

/** Commands about an approval that stands. */
function standingCommand(form: Form, base: Base): DeskCommand | null {
  const { values } = form;
  const reason = text(values, 'text');
  switch (form.form) {
    case 'suspend':
      return { type: 'suspend', ...base, reason, incident: one(values, 'incident') };
    case 'revoke':
      return { type: 'revoke', ...base, reason };
    case 'close':
      return { type: 'close', ...base, cause: one(values, 'cause') === 'done' ? 'done' : 'decommissioned', reason };
    case 'condition_confirm':
      return { type: 'confirm_condition', ...base, condition: text(values, 'condition'), reason: reason || null };
    case 'record_deployment': {
      const digest = text(values, 'digest').toLowerCase();
      const environment = text(values, 'environment').toLowerCase();
      return {
        type: 'record_deployment',
        ...base,
        environment,
        digest: /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest,
      };
    }
    default:
      return null;
  }
}

/** What the minutes say that each person voted. */
async function meetingOf(deps: HandlerDeps, form: Form, about: AboutRequest, base: Base): Promise<DeskCommand | null> {
  const heldOn = parseMoment(text(form.values, 'heldOn'));
  if (heldOn === null) return null;
  const votes: MeetingVote[] = [];
  const lists = { approved: 'approve', rejected: 'reject', abstained: 'abstain' } as const;
  const reason = one(form.values, 'reason') ?? 'as in the minutes';
  for (const [field, choice] of Object.entries(lists))
    for (const user of many(form.values, field))
      votes.push({ person: await deps.people.personFor(user, null), choice, reason });
  return {
    type: 'record_meeting',
    ...base,
    revision: about.v,
    heldOn,
    minutes: text(form.values, 'text'),
    votes,
  };
}
