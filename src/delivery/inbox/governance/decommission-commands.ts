/** `/governance decommission` and the buttons of its checklist (WP-2.6.5): each step is ticked off by a role it names. */
import type { SystemActor, SystemRefusal } from '#src/systems/decide-system.ts';
import { CHECKLIST, DECOMMISSION_STEPS, type DecommissionStep } from '#src/systems/decommission.ts';
import { type SystemState, statusOf } from '#src/systems/system.ts';
import { bulletin } from '../../people/notices.ts';
import type { SystemResult } from '../../systems/desk.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { systemActorOf } from './system-actor.ts';

const WHY_NOT: Readonly<Partial<Record<SystemRefusal, string>>> = {
  unknown_system: 'The inventory has no such system. "/governance systems" lists them.',
  invalid: 'Why? For instance: /governance decommission "Ticket Router" replaced by a bought service',
  role_missing: 'This takes the owner or one of these roles:',
  decommissioned: 'It is decommissioned already.',
  nothing_changed: 'It is being taken out of service already.',
  step_done: 'Somebody ticked this step off already.',
  steps_open: 'The confirmation comes last: other steps are still open.',
  own_steps: 'Who did one of the steps does not confirm them. Another holder of the accountable role has to.',
  not_started: 'Nobody started to take it out of service.',
};

/** `decommission NAME` shows the checklist; with a reason behind the name it starts one. */
export async function decommission(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const { words, commandId } = asked;
  // A name of several words is quoted, or is all there is.
  const whole = await deps.systems.read(words.join(' '));
  const state = whole ?? (await deps.systems.read(words[0] ?? ''));
  if (state === null) return { title: WHY_NOT.unknown_system ?? '' };
  const actor = await systemActorOf(deps, asked.person);
  if (state.decommission !== null) return checklist(state, actor);
  const reason = whole === null ? words.slice(1).join(' ') : '';
  const result = await deps.systems.act(state.name, { type: 'start_decommission', reason }, actor, commandId);
  if (!result.ok) return refused(result);
  const said = checklist(result.state, actor);
  const key = `decommission:${state.key}:${result.state.decommission?.startedAt}`;
  const lines = [`By ${asked.person}: ${reason}`, ...(said.lines ?? [])];
  return { ...said, tell: [bulletin(key, { kind: 'committee' }, said.title, lines)] };
}

/** A press on one step of the checklist. */
export async function tickOff(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const [step = '', ...name] = asked.words;
  const actor = await systemActorOf(deps, asked.person);
  const command = { type: 'do_step', step, note: '' } as const;
  const result = await deps.systems.act(name.join(' '), command, actor, asked.commandId);
  if (!result.ok) return refused(result);
  const said = checklist(result.state, actor);
  if (statusOf(result.state) !== 'decommissioned') return said;
  const lines = [`Confirmed by ${asked.person}. The gate denies it for good.`];
  return { ...said, tell: [bulletin(`decommissioned:${result.state.key}`, { kind: 'committee' }, said.title, lines)] };
}

function refused(result: Extract<SystemResult, { ok: false }>): Said {
  const lines = result.reason === 'role_missing' ? result.detail : [];
  return { title: `Nothing changed. ${WHY_NOT[result.reason] ?? `(${result.reason})`}`, lines };
}

/** The steps with who may do them, and buttons for those that this person may tick off now. */
function checklist(state: SystemState, actor: SystemActor): Said {
  const steps = state.decommission?.steps ?? [];
  const doneBy = (step: DecommissionStep) => steps.find((one) => one.step === step);
  const open = DECOMMISSION_STEPS.filter((step) => doneBy(step) === undefined);
  const lines = DECOMMISSION_STEPS.map((step) => {
    const done = doneBy(step);
    const { words, roles } = CHECKLIST[step];
    return done === undefined
      ? `${words} (${roles.join(', ')})`
      : `✓ ${words} (${done.by} as ${done.role}, ${done.at.slice(0, 10)})`;
  });
  const mine = open
    .filter((step) => step !== 'confirm' || open.length === 1)
    .filter((step) => CHECKLIST[step].roles.some((role) => actor.roles.includes(role)));
  return {
    title:
      open.length === 0
        ? `${state.name} is decommissioned.`
        : `${state.name} is being taken out of service: ${open.length} of ${DECOMMISSION_STEPS.length} steps are open.`,
    lines,
    buttons: mine.slice(0, 5).map((step) => ({
      label: `Done: ${step.replace('_', ' ')}`,
      action: 'gov_step',
      value: `${step} ${state.name}`,
    })),
  };
}
