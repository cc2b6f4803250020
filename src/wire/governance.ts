/**
 * The directory and the rules at start: the first start makes them what the files and settings say and records that; a
 * later one keeps to what is recorded, and what a file says beyond that waits for two administrators (rule 9).
 */
import type { AnswerSettings } from '#src/answers/settings.ts';
import type { Config } from '#src/config.ts';
import { createPolicyChoices, type PolicyChoices } from '#src/delivery/forms/policy-choices.ts';
import { createPeopleDesk, type PeopleDesk } from '#src/delivery/people/desk.ts';
import { directoryNotices, policyNotices } from '#src/delivery/people/notices.ts';
import { createPolicyDesk, type PolicyDesk } from '#src/delivery/policy/desk.ts';
import { parseStoredPolicy } from '#src/delivery/policy/version.ts';
import { type DirectoryFile, wantedFrom } from '#src/directory/file.ts';
import type { GovernedFile } from '#src/directory/policies.ts';
import type { GateSettings } from '#src/systems/gate-settings.ts';
import type { Core } from './core.ts';
import { readDirectoryFile } from './directory.ts';
import { idFor, newId } from './ids.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';
import { SANDBOX_ADMINS, sandboxDirectory } from './sandbox-directory.ts';
import { type LoadedSettings, readAnswerSettings, readGateSettings } from './settings-files.ts';
import type { Steps } from './steps.ts';
import { StartRefusedError } from './workspace.ts';

/** The rules as the rooms use them: replaced in place when two administrators adopt others. */
export type Rules = {
  readonly policy: LoadedPolicy;
  readonly gate: LoadedSettings<GateSettings>;
  readonly answers: LoadedSettings<AnswerSettings>;
};

export type Governance = {
  readonly people: PeopleDesk;
  readonly policies: PolicyDesk;
  readonly choices: PolicyChoices;
};

/** The desks of directory and rules. */
export function openGovernance(core: Core, committed: () => void): Governance {
  const { ledger } = core.stores;
  const deps = { ledger, recorder: core.recorder, now: core.now, newId, committed };
  const policies = createPolicyDesk({ ...deps, reactions: policyNotices });
  return {
    people: createPeopleDesk({ ...deps, reactions: directoryNotices }),
    policies,
    choices: createPolicyChoices({ policies, roster: core.desk.roster, idFor }),
  };
}

/**
 * Puts the rules in force into `rules`, in place, as they are recorded; rules that were never recorded stay what the
 * files say. Throws StartRefusedError `policy_invalid` where the recorded version cannot be read.
 */
export async function takeRecordedRules({ policies }: Pick<Governance, 'policies'>, rules: Rules): Promise<void> {
  const { inForce } = await policies.read();
  const policy = inForce.get('approval-policy');
  if (policy !== undefined && policy.sha256 !== rules.policy.hash)
    Object.assign(rules.policy, readPolicy(await bytesOf(policies, policy.sha256), policy.sha256));
  const gate = inForce.get('gate-settings');
  if (gate !== undefined && gate.sha256 !== rules.gate.hash)
    Object.assign(rules.gate, readGateSettings(await bytesOf(policies, gate.sha256), gate.sha256));
  const answers = inForce.get('answer-settings');
  if (answers !== undefined && answers.sha256 !== rules.answers.hash)
    Object.assign(rules.answers, readAnswerSettings(await bytesOf(policies, answers.sha256), answers.sha256));
}

async function bytesOf(policies: PolicyDesk, sha256: string): Promise<Uint8Array> {
  const bytes = await policies.bytesOf(sha256);
  if (bytes !== null) return bytes;
  throw new StartRefusedError(
    'policy_invalid',
    `The rules in force (sha256 ${sha256}) are missing from the database. Nothing was started. Restore the database, or put the file with this hash back.`,
  );
}

function readPolicy(bytes: Uint8Array, hash: string): LoadedPolicy {
  const stored = parseStoredPolicy(bytes, hash);
  if (stored !== null) return { ...stored.policy, bytes };
  throw new StartRefusedError(
    'policy_invalid',
    `The approval policy in force (sha256 ${hash}) cannot be read by this version of Countersign. Start the version that it was adopted with, adopt a newer policy, then update.`,
  );
}

const POLICY_FILE = 'approval-policy.yaml';

/** What the files say against what is recorded. Call it after the log was opened, with the files' own rules. */
export async function startGovernance(
  config: Config,
  core: Core,
  { people, policies }: Governance,
  files: Rules,
  steps: Steps,
): Promise<void> {
  const startId = newId(core.now());
  const { policy, gate, answers } = files;
  const start = (document: GovernedFile, version: string, { hash, bytes }: { hash: string; bytes: Uint8Array }) =>
    policies.start(document, { sha256: hash, version, bytes }, startId);
  const started = [
    { file: POLICY_FILE, ...(await start('approval-policy', policy.policy.version, policy)) },
    { file: 'gate.yaml', ...(await start('gate-settings', gate.settings.version, gate)) },
    { file: 'answers.yaml', ...(await start('answer-settings', answers.settings.version, answers)) },
  ];
  for (const { file, waiting, inForce, left, saidNo } of started) {
    if (left)
      steps.done(
        `${file} is a version that was in force before; in force is version ${inForce.version}. To propose it again, give it a new version name`,
      );
    if (saidNo !== null)
      steps.done(
        `${file} is version ${saidNo.to.version}, which was ${saidNo.ended}${saidNo.vote === null ? '' : ` as ${saidNo.vote}`}; it is not proposed again by itself, and in force is version ${inForce.version}. To ask for it again: /governance policy in Slack`,
      );
    if (waiting !== null)
      steps.done(
        `${file} changed: it waits for ${file === POLICY_FILE ? 'the vote of the committee' : 'two administrators'} (${waiting}); in force is version ${inForce.version}`,
      );
  }
  const directory = await people.start(await wantedOf(config, core), startId);
  if (directory.waiting > 0) steps.done(`${directory.waiting} change(s) of the directory wait for two administrators`);
}

async function wantedOf(config: Config, core: Core) {
  const sandbox = config.slack.kind === 'sandbox';
  const personOf = new Map<string, string>();
  const known = async (users: readonly (string | null)[]): Promise<void> => {
    for (const user of users)
      if (user !== null && !personOf.has(user)) personOf.set(user, await core.stores.people.personFor(user, null));
  };
  const admins = config.admins.length === 0 && sandbox ? SANDBOX_ADMINS : config.admins;
  await known(admins);
  const file = await fileOf(config, core);
  for (const line of file?.assignments ?? []) await known([line.user, line.deputy]);
  const pseudonym = (user: string): string => personOf.get(user) ?? '';
  return { roles: file === null ? null : wantedFrom(file, pseudonym), admins: admins.map(pseudonym) };
}

/** The directory file; in the sandbox, at its very first start, its own people. */
async function fileOf(config: Config, core: Core): Promise<DirectoryFile | null> {
  if (config.directoryFile !== null) return readDirectoryFile(config.directoryFile);
  const empty = (await core.stores.ledger.listAssignments()).length === 0;
  return config.slack.kind === 'sandbox' && empty ? sandboxDirectory : null;
}
