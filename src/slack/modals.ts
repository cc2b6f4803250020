/**
 * Modals. A trigger lives three seconds, so a loading view opens first and is then replaced (slack-platform.md,
 * pitfall 11); a row that waited too long is dropped, because nobody looks at that screen any more.
 */
import {
  type AboutForm,
  aboutFormSchema,
  aboutRequestSchema,
  aboutRulesSchema,
  readAbout,
} from '#src/delivery/forms/about.ts';
import type { FormValues } from '#src/delivery/forms/form-values.ts';
import { isRequestForm } from '#src/delivery/forms/forms.ts';
import { RULES_FORM } from '#src/delivery/forms/policy-choices.ts';
import { TABLES, type TableKind } from '#src/delivery/inbox/governance/tables.ts';
import type { Intent, ModalSpec } from '#src/delivery/inbox/intents.ts';
import { personsIn } from '#src/delivery/people/names.ts';
import { rulesDifference } from '#src/delivery/policy/version.ts';
import { POLICY_VOTE_FORM } from '#src/delivery/policy/vote.ts';
import { offersTo } from '#src/delivery/requests/acts.ts';
import type { RequestRecord } from '#src/delivery/requests/desk.ts';
import { historyOf, historyText } from '#src/delivery/requests/history.ts';
import { rolesNeeded } from '#src/directory/unfilled.ts';
import { IMPORT_KINDS } from '#src/knowledge/packs/kinds.ts';
import type { ImportKind } from '#src/knowledge/packs/pack.ts';
import { actModal } from './act-modals.ts';
import { renderSource, renderSources } from './blocks/answer.ts';
import { choice, fileInput, section, textInput } from './blocks/build.ts';
import { type CardView, neededWords } from './blocks/card.ts';
import { likeLines } from './blocks/card-facts.ts';
import type { RenderContext } from './blocks/card-view.ts';
import { evidenceText } from './blocks/evidence-lines.ts';
import { factsModal } from './blocks/facts-form.ts';
import { manifestModal } from './blocks/manifest-form.ts';
import { formModal, loadingModal, type Modal, readingModal, textModal } from './blocks/modal.ts';
import { moreModal } from './blocks/more.ts';
import { detailFacts, titleOf } from './blocks/request-facts.ts';
import { riskModal } from './blocks/risk-form.ts';
import { rulesModal } from './blocks/rules-form.ts';
import { dateToken, inline, mention } from './blocks/text.ts';
import { voteModal } from './blocks/vote-form.ts';
import { voteView } from './blocks/vote-view.ts';
import { draftForm } from './drafts.ts';
import { type OutboundDeps, viewOf } from './outbound-deps.ts';
import { directChannel, openView, pushView, SlackRefusedError, updateView, whisper } from './poster.ts';
import { drawRequestForm, newRequestForm } from './request-forms.ts';

type ModalIntent = Extract<Intent, { intent: 'modal' }>;
type RedrawIntent = Extract<Intent, { intent: 'redraw' }>;

/** The screen is gone: closed, or its trigger too old. The person presses again. */
const GONE = ['expired_trigger_id', 'exchanged_trigger_id', 'trigger_expired', 'not_found', 'view_not_found'];

/** Longer than this after a press, in milliseconds, nobody waits for a form any more. */
const SORRY_MS = 600_000;

/** Opens what was asked for. */
export async function openModal(deps: OutboundDeps, intent: ModalIntent): Promise<void> {
  const lateMs = deps.now().getTime() - new Date(intent.expiresAt).getTime();
  if (lateMs > SORRY_MS) return;
  if (lateMs > 0) return tooLate(deps, intent.user);
  const open = intent.push ? pushView : openView;
  let opened: { readonly id: string };
  try {
    opened = await open(deps.modalClient, intent.triggerId, loadingModal());
  } catch (error) {
    if (!(error instanceof SlackRefusedError) || !GONE.includes(error.slackError)) throw error;
    return tooLate(deps, intent.user);
  }
  await whileShown(async () => updateView(deps.modalClient, opened.id, await modalOf(deps, intent.view, intent.user)));
}

/** The press came to nothing, and whoever pressed is told (DESIGN.md, rule 11). */
async function tooLate(deps: OutboundDeps, user: string): Promise<void> {
  const text = 'Slack did not open the form in time. Nothing was recorded; press again.';
  const channel = await directChannel(deps.client, user);
  await whisper(deps.client, channel, user, null, { text, blocks: [section(text)] });
}

/** Draws an open form anew: what was typed stays, what follows from the choices changes. */
export async function redrawModal(deps: OutboundDeps, intent: RedrawIntent): Promise<void> {
  if (new Date(intent.expiresAt).getTime() < deps.now().getTime()) return;
  const modal = await redrawn(deps, intent);
  if (modal !== null) await whileShown(() => updateView(deps.modalClient, intent.viewId, modal));
}

async function whileShown(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof SlackRefusedError) || !GONE.includes(error.slackError)) throw error;
  }
}

async function redrawn(deps: OutboundDeps, intent: RedrawIntent): Promise<Modal | null> {
  const values: FormValues = intent.values;
  if (isRequestForm(intent.form)) {
    const about: AboutForm | null = readAbout(aboutFormSchema, intent.about);
    return about === null ? null : drawRequestForm(deps, intent.form, about, values, intent.user);
  }
  if (intent.form === RULES_FORM) return rulesForm(deps, readAbout(aboutRulesSchema, intent.about)?.b ?? null, values);
  const about = readAbout(aboutRequestSchema, intent.about);
  if (intent.form !== 'vote' || about === null) return null;
  const record = await deps.desk.read(about.r);
  if (record === null) return null;
  const { context } = await viewOf(deps, record);
  const view = voteView(record.state, await deps.personFor(intent.user), context);
  return voteModal(view, intent.about, values, about.k ?? 1);
}

async function modalOf(deps: OutboundDeps, spec: ModalSpec, user: string): Promise<unknown> {
  switch (spec.kind) {
    case 'request_form':
      return newRequestForm(deps, spec, user);
    case 'table':
      return tableModal();
    case 'document':
      return documentModal();
    case 'manifest':
      return manifestModal(spec.system, spec.version);
    case 'facts':
      return factsForm(deps, spec.system);
    case 'risk':
      return riskForm(deps, spec.risk, user);
    case 'rules':
      return rulesForm(deps, await deps.choices.startOf(await deps.personFor(user)), {});
    case 'policy_vote':
      return policyVoteForm(deps, spec.proposal);
    case 'draft':
      return draftForm(deps, spec, user);
    case 'source': {
      const source = deps.source(spec.itemId, spec.hash, spec.quote);
      return source === null
        ? gone(spec.itemId, 'is not in the library any more. Ask again to see what is in force')
        : renderSource(source);
    }
    case 'sources':
      return renderSources(spec.citations.flatMap((c) => deps.source(c.id, c.hash, c.quote) ?? []));
    case 'verify':
      return readingModal('Verify', await deps.verification(spec.requestId));
    default:
      return requestModal(deps, spec, user);
  }
}

async function factsForm(deps: OutboundDeps, name: string): Promise<Modal> {
  const system = await deps.system(name);
  if (system === null) return readingModal('Not found', [`The inventory has no system ${inline(name, 200)}.`]);
  return factsModal(system, (await deps.slackUsersOf([system.owner])).get(system.owner) ?? null);
}

async function riskForm(deps: OutboundDeps, id: string | null, user: string): Promise<Modal> {
  const risk = id === null ? null : await deps.risk(id);
  if (id !== null && risk === null) return readingModal('Not found', [`The register has no risk ${id}.`]);
  const owner = risk === null ? user : (await deps.slackUsersOf([risk.owner])).get(risk.owner);
  return riskModal(risk, owner ?? null);
}

async function rulesForm(deps: OutboundDeps, hash: string | null, values: FormValues): Promise<Modal> {
  const start = hash === null ? null : await deps.choices.version(hash);
  if (start === null)
    return readingModal('Not found', [
      'These rules cannot be read by this version of Countersign. Nothing was changed.',
    ]);
  const held = (await deps.desk.roster()).assignments.map(({ role }) => role);
  return rulesModal(start, values, [...rolesNeeded(start.policy.policy).keys(), ...held]);
}

async function policyVoteForm({ rules }: OutboundDeps, id: string): Promise<Modal> {
  const proposal = (await rules.read()).proposals.get(id);
  const changes = proposal === undefined ? null : await rulesDifference(rules, proposal);
  if (proposal === undefined || changes === null)
    return readingModal('Not found', ['It cannot be read by this version of Countersign. Nothing was changed.']);
  const intro = [
    `*Version ${inline(proposal.to.version, 40)} of the approval policy*`,
    ...changes.map((change) => `• ${inline(change, 240)}`),
  ];
  return textModal(POLICY_VOTE_FORM, JSON.stringify({ p: id }), 'Put to the vote', intro.join('\n'), 'Why it changes', {
    submit: 'Put to the vote',
    hint: 'The committee reads it. Whoever wrote the rules or asks for the vote does not vote on them.',
  });
}

const TABLE_WORDS: Readonly<Record<TableKind, string>> = {
  roles: 'Roles: role, user, from, until, deputy',
  systems: 'Systems: name, owner, approval_due, …',
  risks: 'Risks: asset, threat, vulnerability, …',
};

function tableModal(): Modal {
  const kinds = TABLES.map((table) => ({ value: table, label: TABLE_WORDS[table] }));
  return formModal(
    'table_import',
    '{}',
    'Bring a table',
    [
      section(
        'For administrators. Write the table in any spreadsheet and save it as CSV. Its first line names the columns; people are member ids such as `U024BE7LH`.',
      ),
      choice('table', 'It lists', kinds),
      fileInput('upload', 'The table', {
        hint: 'A faulty line lets nothing in; each mistake is named with its line. A document for the library: `/governance import document`.',
      }),
    ],
    'Read it',
  );
}

const DOCUMENT_WORDS: Readonly<Record<ImportKind, string>> = {
  document: 'A document with headings',
  policy: 'A policy with numbered clauses (binding)',
  'oscal-catalog': 'A catalogue in OSCAL (NIST and others)',
  'aicm-workbook': 'The AI Controls Matrix, as workbook',
  'aicm-csv': 'The AI Controls Matrix, as CSV',
  'aicm-page': 'One control of the AI Controls Matrix, as page',
  'raci-whitepaper': 'The responsibilities whitepaper',
  guide: 'The ISMS guide',
};

function documentModal(): Modal {
  const kinds = IMPORT_KINDS.map((kind) => ({ value: kind, label: DOCUMENT_WORDS[kind] }));
  return formModal(
    'document_import',
    '{}',
    'Bring a document',
    [
      section(
        'For administrators. The file is compared with what is in force; nothing changes until another administrator accepts it.',
      ),
      choice('kind', 'The file is', kinds, { as: 'select' }),
      fileInput('upload', 'The file', { hint: 'Text, Markdown, HTML, Word, PDF, Excel, CSV or JSON, up to 5 MB.' }),
      textInput('id', 'Its short name', {
        optional: true,
        charsMax: 40,
        placeholder: 'hr-handbook',
        hint: 'The same name again makes a newer version of the same document.',
      }),
      textInput('version', 'Its version, where the file does not say it', { optional: true, charsMax: 60 }),
    ],
    'Compare',
  );
}

type RequestSpec = Extract<ModalSpec, { kind: 'act' | 'more' | 'details' }>;

async function requestModal(deps: OutboundDeps, spec: RequestSpec, user: string): Promise<Modal> {
  const record = await deps.desk.read(spec.requestId);
  if (record === null)
    return gone('This request', 'cannot be read. Nothing was changed; look at the list with /governance status');
  const { state } = record;
  const shown = await viewOf(deps, record);
  const { context } = shown;
  if (spec.kind === 'details') return detailsModal(deps, record, shown);
  const person = await deps.personFor(user);
  if (spec.kind === 'act')
    return actModal({ act: spec.act, state, context, person, nonce: deps.newNonce(), files: spec.files ?? [] });
  const policy = await deps.policyOf(state.terms.policyHash);
  const offers = offersTo({ state, person, roster: context.roster, policy, now: context.now });
  const { id, shortId, document, revision } = state;
  const request = { id, shortId, kind: document.kind, revision: revision.hash, title: titleOf(state) };
  return moreModal(request, offers);
}

async function detailsModal(
  deps: OutboundDeps,
  record: RequestRecord,
  { view, context }: { readonly view: CardView; readonly context: RenderContext },
): Promise<Modal> {
  const { state } = record;
  const who = (person: string) => mention(context.slackUser(person));
  const users = await deps.slackUsersOf(personsIn(record.events));
  const words = { who: (person: string) => mention(users.get(person)), quote: (text: string) => inline(text, 300) };
  const part = (title: string, lines: readonly string[]) => (lines.length > 0 ? [title, ...lines] : []);
  const conditions = state.conditions.map((c) => {
    const links = c.evidence.map((item) => evidenceText(item, state, context)).join(', ');
    return `• *${c.id}* ${inline(c.text, 240)}: ${who(c.owner)}, due ${dateToken(new Date(c.dueAtMs))}, ${c.overdue ? 'overdue' : c.status}, confirmed by ${inline(c.confirmRole, 80)}${links === '' ? '' : `; ${links}`}`;
  });
  const replaced = state.document.replaces === null ? null : await deps.desk.read(state.document.replaces);
  return readingModal(state.shortId, [
    `*${state.shortId}* ${inline(view.title, 200)}: ${inline(state.status.replace(/_/g, ' '), 40)}`,
    inline(view.purpose, 1500),
    ...view.tierReasons.map((r) => `• ${inline(`${view.tier}: ${r}`, 300)}`),
    ...[...detailFacts(state), ...likeLines(context.like)].map((f) => `• ${inline(f, 300)}`),
    ...(replaced === null ? [] : [`• Replaces ${replaced.state.shortId} (${inline(titleOf(replaced.state), 160)})`]),
    ...part('*Evidence*', view.evidence),
    ...part('*Conditions*', conditions),
    ...(view.needed.length > 0 ? [`*Still needed*: ${neededWords(view)}`] : []),
    '*History*, with the entry of each line in the evidence log',
    ...historyOf(record, words).map(historyText),
    `As of ${dateToken(deps.now())}`,
  ]);
}

function gone(what: string, said: string): Modal {
  return readingModal('Not found', [`${inline(what, 60)} ${said}.`]);
}
