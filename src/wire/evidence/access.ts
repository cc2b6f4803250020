/** Who may read the evidence: everybody on this machine in the sandbox; with Slack, who signs in and holds a role. */
import type { Config } from '#src/config.ts';
import { sameRole } from '#src/directory/directory.ts';
import { ADMIN_ROLE } from '#src/directory/two-persons.ts';
import { type RoleUse, rolesNeeded } from '#src/directory/unfilled.ts';
import { type Access, loopbackAccess } from '#src/web/evidence-access.ts';
import { createSignIn } from '#src/web/evidence-sign-in.ts';
import type { Handler } from '#src/web/server.ts';
import type { Core } from '../core.ts';
import { random } from '../ids.ts';
import type { LoadedPolicy } from '../knowledge/knowledge.ts';
import type { Log } from '../log.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
/** Roles that open the pages, beside those that decide: these have to see what was captured. */
const READERS = ['Auditor', 'AI Governance Committee', ADMIN_ROLE];
/** What a role does on a request for which it has to see the evidence. */
const DECIDE: ReadonlySet<RoleUse> = new Set(['quorum', 'veto', 'chair', 'consulted', 'controls']);
const AUTHORIZE_URL = 'https://slack.com/openid/connect/authorize';
const API_URL = 'https://slack.com/api/';

export type EvidenceAccess = {
  readonly pages: Access;
  /** Checkpoint and tiles. */
  readonly log: Access;
  readonly signIn: Handler | null;
};

/** What the configuration makes of it. */
export function evidenceAccess(config: Config, core: Core, policy: LoadedPolicy, log: Log): EvidenceAccess {
  if (config.slack.kind === 'sandbox') {
    const pages = loopbackAccess(LOOPBACK_HOSTS);
    return { pages, log: pages, signIn: null };
  }
  const open: Access = async () => ({ ok: true, viewer: null });
  if (config.signIn === null) {
    const words =
      'Signing in is not set up. Set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and COUNTERSIGN_PUBLIC_URL, add COUNTERSIGN_PUBLIC_URL/evidence/sign-in/callback to the redirect URLs of the Slack app, and start again.';
    const closed: Access = async () => ({ ok: false, status: 403, code: 'not_set_up', words, signIn: null });
    return { pages: closed, log: config.logPublic ? open : closed, signIn: null };
  }
  const { handler, access } = createSignIn({
    ...config.signIn,
    teamId: core.workspace.workspaceId,
    authorizeUrl: AUTHORIZE_URL,
    tokenUrl: `${config.slack.apiUrl ?? API_URL}openid.connect.token`,
    now: core.now,
    randomBytes: random,
    mayRead: (user) => mayRead(core, policy, user),
    sessions: core.stores.sessions,
    onError: (error) => log.warn({ err: error }, 'somebody could not be signed in'),
  });
  return { pages: access, log: config.logPublic ? open : access, signIn: handler };
}

/** Whether a Slack user holds a role that opens the pages, at this moment. Makes nobody known who was not. */
export async function mayRead(
  core: Pick<Core, 'desk' | 'stores'>,
  { policy }: Pick<LoadedPolicy, 'policy'>,
  user: string,
): Promise<boolean> {
  const deciding = [...rolesNeeded(policy)].filter(([, uses]) => uses.some((use) => DECIDE.has(use)));
  const opening = [...READERS, ...deciding.map(([role]) => role)];
  const { assignments } = await core.desk.roster();
  const readers = assignments.filter(({ role }) => opening.some((reader) => sameRole(reader, role)));
  const users = await core.stores.people.slackUsersOf(readers.map(({ person }) => person));
  return [...users.values()].includes(user);
}
