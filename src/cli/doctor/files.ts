/** What `doctor` can check without a database: the program, its settings, and the files it is given. */
import { unreachableQuorums } from '#src/approvals/doctor.ts';
import { asAppointed } from '#src/approvals/seats.ts';
import type { Roster } from '#src/approvals/types.ts';
import { type Config, ConfigError, readConfig } from '#src/config.ts';
import { type RoleUse, rolesNeeded } from '#src/directory/unfilled.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import { sizeInWords } from '#src/knowledge/listing.ts';
import { readDirectoryFile } from '#src/wire/directory.ts';
import { type LoadedPolicy, loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { loadAnswerSettings, loadGateSettings } from '#src/wire/settings-files.ts';
import { StartRefusedError } from '#src/wire/workspace.ts';
import type { CliContext } from '../context.ts';
import { openLibrary } from '../library.ts';
import { count } from '../terminal.ts';
import type { Findings } from './report.ts';

const NODE_MAJOR = 24;

/** The Node that runs this. */
export function checkNode(found: Findings): void {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= NODE_MAJOR) found.ok('node', node);
  else
    found.problem(
      'node',
      `${node} runs this, ${NODE_MAJOR} or later is needed`,
      'Run "npm ci": it installs the pinned Node.',
    );
}

/** The settings; null when some cannot be used. */
export function checkSettings(context: CliContext, found: Findings): Config | null {
  try {
    const config = readConfig(context.env, context.cwd);
    const slack = { sandbox: 'the sandbox', http: 'Slack by HTTP events', socket: 'Slack by Socket Mode' };
    found.ok('settings', `${slack[config.slack.kind]}; data in ${config.dataDir}`);
    if (config.model === null) found.ok('model', 'none; answers come from the library alone');
    else found.ok('model', `${config.model.model} at ${config.model.baseUrl ?? 'the OpenAI API'}`);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { name, problem, remedy } of error.issues) found.problem('settings', `${name} ${problem}`, remedy);
    return null;
  }
}

/** The knowledge files, and the packs that were accepted in their place. */
export async function checkKnowledge(context: CliContext, found: Findings): Promise<void> {
  try {
    const { items, documents } = await openLibrary(context);
    found.ok('knowledge', sizeInWords(items.size, documents.size));
  } catch (error) {
    if (error instanceof KnowledgeError) {
      for (const { file, line, path, expected, remedy } of error.issues) {
        found.problem('knowledge', `knowledge/${file}:${line}: ${path} expected ${expected}`, remedy);
      }
      return;
    }
    if (!(error instanceof Error && 'remedy' in error && typeof error.remedy === 'string')) throw error;
    found.problem('knowledge', error.message, error.remedy);
  }
}

/** The approval policy; null when it cannot be used. */
export async function checkPolicy(found: Findings): Promise<LoadedPolicy | null> {
  try {
    const policy = await loadPolicy();
    found.ok('policy', `version ${policy.policy.version}, sha256 ${policy.hash.slice(0, 16)}...`);
    return policy;
  } catch (error) {
    reportLines('policy', error, found);
    return null;
  }
}

/** What a no of the gate means in each environment. */
export async function checkGate(found: Findings): Promise<void> {
  try {
    const { settings } = await loadGateSettings();
    const observed = Object.entries(settings.environments).flatMap(([name, mode]) =>
      mode === 'observe' ? [name] : [],
    );
    if (settings.default === 'observe') observed.push('every environment that is not listed');
    found.ok('gate', observed.length === 0 ? 'a no stops everywhere' : `only observed: ${observed.join(', ')}`);
  } catch (error) {
    reportLines('gate', error, found);
  }
}

/** What is kept of answers, and what the language model may use. */
export async function checkAnswers(found: Findings): Promise<void> {
  try {
    const { logAnswers, model } = (await loadAnswerSettings()).settings;
    const logged = logAnswers ? 'each is an evidence entry' : 'not logged as evidence';
    const { perDay, perPersonAndDay } = model;
    found.ok('answers', `${logged}; model: ${perDay.tokens} tokens a day, ${perPersonAndDay.tokens} a person`);
  } catch (error) {
    reportLines('answers', error, found);
  }
}

/** The directory file, where one is set. */
export async function checkDirectoryFile(config: Config, found: Findings): Promise<void> {
  if (config.directoryFile === null) return;
  try {
    const { assignments } = await readDirectoryFile(config.directoryFile);
    found.ok('directory file', `${count(assignments.length, 'assignment')} in ${config.directoryFile}`);
  } catch (error) {
    reportLines('directory file', error, found);
  }
}

/** A refused start names each line of the file on a line of its own, indented. Throws any other error again. */
function reportLines(name: string, error: unknown, found: Findings): void {
  if (!(error instanceof StartRefusedError)) throw error;
  for (const line of error.message.split('\n').filter((one) => one.startsWith('  '))) {
    found.problem(name, line.trim(), 'Correct this line and start again.');
  }
}

function isVoting(use: RoleUse): boolean {
  return use === 'quorum' || use === 'veto' || use === 'chair';
}

/** Roles of the policy that nobody holds; a problem where a quorum cannot be reached without them. */
export function checkRoles({ policy }: LoadedPolicy, roster: Roster, found: Findings): void {
  const voting = [...rolesNeeded(policy)].flatMap(([role, uses]) => (uses.some(isVoting) ? [role] : []));
  // Slack is not asked here: whoever was accepted as a member of a user group is taken for one.
  const appointed = asAppointed(roster);
  const held = new Set(appointed.assignments.map(({ role }) => role));
  const unfilled = voting.filter((role) => !held.has(role)).sort();
  if (unfilled.length === 0) found.ok('voting roles', `all ${voting.length} are held`);
  else found.note('voting roles', `held by nobody: ${unfilled.join(', ')}`);
  for (const { kind, tier, missing } of unreachableQuorums(policy, appointed)) {
    found.problem(
      'quorum',
      `nobody can approve a ${kind} of the ${tier} tier: missing ${missing.join('; ')}`,
      'Name holders for these roles in the directory, or change the quorum in knowledge/approval-policy.yaml.',
    );
  }
}
