/** The people of the sandbox and the roles they hold there: a rehearsal needs every quorum to be reachable. */
import type { DirectoryFile } from '#src/directory/file.ts';

const ROLES: Readonly<Record<string, readonly string[]>> = {
  U0CISO: ['Chief Information Security Officer', 'AI Governance Committee', 'Security Team'],
  U0CAIO: ['Chief AI Officer', 'AI Governance Committee', 'Head of AI Operations'],
  U0LEGAL: ['Legal Team', 'Data Protection Officer', 'AI Governance Committee', 'Compliance Team'],
  U0ETHIC: ['AI Ethics Review Board', 'AI Governance Committee'],
  U0CTO: [
    'Chief Technology Officer',
    'Business Unit Leaders',
    'Management',
    'Chief Risk Officer',
    'Chief Data Officer',
  ],
  U0AUDIT: ['Auditor'],
};

/** Who may administer in the sandbox. */
export const SANDBOX_ADMINS: readonly string[] = ['U0CISO', 'U0CAIO'];

/** The sandbox's directory as a file would give it. */
export const sandboxDirectory: DirectoryFile = {
  assignments: Object.entries(ROLES).flatMap(([user, roles]) =>
    roles.map((role) => ({ role, user, from: null, until: null, deputy: null })),
  ),
};
