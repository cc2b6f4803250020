/** `/governance risks` and `risk`: the register in Slack. Each change is decided by the desk and is an entry of the log. */
import { levelOf, type Risk, scoreOf } from '#src/systems/risks.ts';
import { readAbout } from '../../forms/about.ts';
import { aboutRiskSchema, RISK_FORM, riskOfForm } from '../../forms/risk-form.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import type { RiskResult } from '../../systems/risks.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { systemActorOf } from './system-actor.ts';

/** Risks that one message lists. */
const LINES_MAX = 38;

type Form = Extract<Incoming, { kind: 'form' }>;

/** The form, opened by `risk` or by a button, and what became of it; null where the payload is about something else. */
export async function handleRisk(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  incoming: Incoming,
): Promise<readonly OutgoingMessage[] | null> {
  if (incoming.kind === 'command' && incoming.text.trim().toLowerCase() === 'risk')
    return [modal(item.id, incoming, { kind: 'risk', risk: null }, item.receivedAt)];
  if (incoming.kind === 'press' && incoming.action.split(':', 1)[0] === 'gov_risk')
    return [modal(item.id, incoming, { kind: 'risk', risk: incoming.value.slice(0, 20) }, item.receivedAt)];
  if (incoming.kind !== 'form' || incoming.form !== RISK_FORM) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  const { title, lines, buttons } = await recorded(deps, incoming, person, commandIdOf(item.id));
  return [bulletin(`gov:${item.id}`, { kind: 'user', user: incoming.user.id, channel: null }, title, lines, buttons)];
}

/** `risks`: what is open, worst first. */
export async function listRisks({ risks }: GovernanceHandlerDeps): Promise<Said> {
  const { open, risks: worst } = await risks.worst(LINES_MAX);
  const lines = worst.map((risk) => `${risk.id}, ${levelOf(risk)} (${scoreOf(risk)}): ${risk.asset}, ${risk.threat}`);
  const more = open > LINES_MAX ? [`and ${open - LINES_MAX} more: countersign risk export`] : [];
  return {
    title: open === 0 ? 'No risk is open. "/governance risk" records one.' : `Open risks (${open})`,
    lines: [...lines, ...more],
  };
}

/** `risk RK-3` shows one; `risk RK-3 close why` ends it. */
export async function oneRisk(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const [name = '', verb, ...why] = asked.words;
  const id = name.toUpperCase();
  if (verb?.toLowerCase() !== 'close') {
    const risk = await deps.risks.read(id);
    return risk === null ? { title: WHY_NOT.unknown_risk } : riskCard(risk);
  }
  const { isAdmin } = await systemActorOf(deps, asked.person);
  const by = { person: asked.person, commandId: asked.commandId, isAdmin };
  const result = await deps.risks.close(id, why.join(' '), by);
  return result.ok ? { title: `${id} is closed.` } : refused(result);
}

async function recorded(deps: GovernanceHandlerDeps, form: Form, person: string, commandId: string): Promise<Said> {
  const read = riskOfForm(form.values);
  const about = readAbout(aboutRiskSchema, form.about);
  // What does not fit was shown at its field before the form was taken.
  if (!read.ok || about === null) return { title: 'Nothing was recorded.' };
  const { isAdmin } = await systemActorOf(deps, person);
  const by = { person, commandId, isAdmin };
  const facts = { ...read.facts, owner: await deps.people.personFor(read.facts.owner, null) };
  if (about.risk === undefined) {
    if (facts.owner !== person && !isAdmin)
      return { title: 'Nothing was recorded: you record risks that you answer for; an administrator any.' };
    return saidOf(await deps.risks.record(await deps.newRiskId(), facts, by), 'Recorded');
  }
  const known = await deps.risks.read(about.risk);
  if (known !== null && known.version !== about.v) return { title: `${known.id} was changed meanwhile.`, ...ANEW };
  return saidOf(await deps.risks.change(about.risk, facts, by), 'Looked at again');
}

const ANEW = { lines: ['Nothing of yours was recorded. Look at it again: /governance risk RK-…'] };

function saidOf(result: RiskResult, done: string): Said {
  if (!result.ok) return refused(result);
  const card = riskCard(result.risk);
  return { ...card, title: `${done}: ${card.title}` };
}

function refused({ reason, detail }: Extract<RiskResult, { ok: false }>): Said {
  return { title: WHY_NOT[reason], lines: detail };
}

const WHY_NOT: Readonly<Record<Extract<RiskResult, { ok: false }>['reason'], string>> = {
  unknown_risk: 'The register has no such risk. "/governance risks" lists what is open.',
  not_owner: 'Nothing was recorded: its owner or an administrator changes a risk.',
  closed: 'Nothing was recorded: it is closed. A risk that is back is recorded anew.',
  invalid: 'Nothing was recorded. Why is it closed? For instance: /governance risk RK-3 close the system is gone',
};

function riskCard(risk: Risk): Said {
  const linked = [...risk.systems, ...risk.requests];
  return {
    title: `${risk.id}, ${risk.status === 'closed' ? 'closed' : `${levelOf(risk)} (${risk.likelihood} × ${risk.impact})`}: ${risk.asset}`,
    lines: [
      `Threat: ${risk.threat}`,
      `Vulnerability: ${risk.vulnerability}`,
      `Treatment: ${risk.treatment}${risk.measures === '' ? '' : `: ${risk.measures.slice(0, 400)}`}`,
      `Owner ${risk.owner}, looked at again by ${risk.reviewBy.slice(0, 10)}`,
      `Linked: ${linked.join(', ') || 'nothing'}`,
    ],
    buttons: risk.status === 'closed' ? [] : [{ label: 'Look at it again', action: 'gov_risk', value: risk.id }],
  };
}
