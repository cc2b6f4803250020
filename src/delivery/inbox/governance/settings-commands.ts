/**
 * `/governance gate` and `/governance logging`: the two settings that administrators choose without a file. Each choice
 * is a proposal of a whole new version, for which the proposer counts as the first of two administrators.
 */
import { answerSettingsSchema } from '#src/answers/settings.ts';
import { canonicalJson, hashOf } from '#src/approvals/canonical.ts';
import { nextVersion } from '#src/approvals/policy-choices.ts';
import type { GovernedFile } from '#src/directory/policies.ts';
import { GATE_MODES, gateSettingsSchema } from '#src/systems/gate-settings.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { REFUSED, uuidFor } from './people-commands.ts';
import { rulesWaiting } from './policy-commands.ts';

const GATE_HOW = 'Another choice: /governance gate production enforce (or observe). It takes two administrators.';
const LOGGING_HOW = 'Another choice: /governance logging on (or off). It takes two administrators.';

/** `gate`: what a no means in each environment; `gate staging observe` proposes another meaning. */
export async function gateCommand(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const settings = gateSettingsSchema.safeParse(await inForce(deps, 'gate-settings')).data;
  if (settings === undefined) return { title: UNREADABLE };
  const [environment = '', word = ''] = asked.words;
  const mode = GATE_MODES.find((one) => one === word.toLowerCase());
  if (asked.words.length !== 2 || mode === undefined) {
    const lines = Object.entries(settings.environments).map(([name, its]) => `${name}: ${its}`);
    const others = `every other environment: ${settings.default}`;
    return { title: 'What a no of the gate means: enforce stops, observe notes.', lines: [...lines, others, GATE_HOW] };
  }
  const environments = { ...settings.environments, [environment]: mode };
  return propose(deps, asked, 'gate-settings', settings, gateSettingsSchema.safeParse({ ...settings, environments }));
}

/** `logging`: whether answers are entries of the evidence log; `logging on` proposes that they are. */
export async function loggingCommand(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const settings = answerSettingsSchema.safeParse(await inForce(deps, 'answer-settings')).data;
  if (settings === undefined) return { title: UNREADABLE };
  const word = asked.words.join(' ').toLowerCase();
  if (word !== 'on' && word !== 'off')
    return { title: `Answers are ${settings.logAnswers ? '' : 'not '}logged as evidence.`, lines: [LOGGING_HOW] };
  const changed = answerSettingsSchema.safeParse({ ...settings, logAnswers: word === 'on' });
  return propose(deps, asked, 'answer-settings', settings, changed);
}

const UNREADABLE = 'The settings in force cannot be read by this version of Countersign. Nothing was changed.';

async function inForce({ rules }: GovernanceHandlerDeps, document: GovernedFile): Promise<unknown> {
  const current = (await rules.read()).inForce.get(document);
  const bytes = current === undefined ? null : await rules.bytesOf(current.sha256);
  return bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8'));
}

type Settings = { readonly version: string };
type Parsed = { readonly success: true; readonly data: Settings } | { readonly success: false };

async function propose(
  deps: GovernanceHandlerDeps,
  { item, person, commandId }: Asked,
  document: GovernedFile,
  before: Settings,
  changed: Parsed,
): Promise<Said> {
  const refuse = async (reason: string): Promise<Said> => {
    await deps.refusals.put({ at: item.receivedAt, person, requestId: null, action: document, reason });
    return { title: WHY[reason] ?? REFUSED[reason] ?? `Nothing was proposed (${reason}).` };
  };
  if (!changed.success) return refuse('invalid');
  if (canonicalJson(changed.data) === canonicalJson(before)) return refuse('nothing_changed');
  const proposal = uuidFor(commandId, 'proposal');
  const all = [...(await deps.rules.read()).proposals.values()].filter((one) => one.document === document);
  // A second proposal beside the first would take back what the first changes.
  if (all.some(({ id, status }) => status === 'open' && id !== proposal)) return refuse('waits_already');
  const taken = all.filter(({ id }) => id !== proposal).map(({ to }) => to.version);
  const version = nextVersion(before.version, taken);
  const data = { ...changed.data, version };
  const command = { type: 'propose', proposal, document, to: { sha256: hashOf(data), version } } as const;
  const bytes = new TextEncoder().encode(canonicalJson(data));
  const result = await deps.rules.act(command, person, commandId, { bytes });
  if (!result.ok) return refuse(result.reason);
  const made = result.state.proposals.get(proposal);
  return made === undefined ? refuse('unknown') : rulesWaiting(deps, made);
}

const WHY: Readonly<Record<string, string>> = {
  invalid: 'Nothing was proposed: a name of an environment has 1 to 40 characters.',
  waits_already: 'Nothing was proposed: another change of these settings waits. Settle it first: /governance proposals',
};
