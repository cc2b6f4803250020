import type { SandboxChannel, SandboxGroup, SandboxUser } from './model.ts';
import { BOT_USER } from './model.ts';

const person = (id: string, realName: string, title: string, isAdmin = false): SandboxUser => ({
  id,
  name: realName.toLowerCase().replace(' ', '.'),
  real_name: realName,
  title,
  email: `${realName.toLowerCase().replace(' ', '.')}@sandbox.example`,
  is_admin: isAdmin,
  is_bot: false,
});

/** The people of the workspace, in the order in which "acting as" offers them, and the app's bot last. */
export const USERS: readonly SandboxUser[] = [
  person('U0EMMA', 'Emma Lindqvist', 'Employee'),
  person('U0MILO', 'Milo Okafor', 'Model owner'),
  person('U0CISO', 'Carla Reyes', 'CISO', true),
  person('U0CAIO', 'Aiko Tanaka', 'Chief AI Officer', true),
  person('U0LEGAL', 'Lena Novak', 'Legal counsel'),
  person('U0ETHIC', 'Ethan Brooks', 'Ethics board member'),
  person('U0CTO', 'Tom Weber', 'Chief Technology Officer'),
  person('U0AUDIT', 'Audrey Chen', 'Auditor'),
  {
    id: BOT_USER,
    name: 'countersign',
    real_name: 'Countersign',
    title: 'AI-governance desk',
    email: '',
    is_admin: false,
    is_bot: true,
  },
];

/** People only, without the bot. */
export const PEOPLE: readonly SandboxUser[] = USERS.filter((user) => !user.is_bot);

/** The direct message of a person with the bot: `U0EMMA` has `D0EMMA`. */
export const directChannelOf = (userId: string): string => `D${userId.slice(1)}`;

const ALL = USERS.map((user) => user.id);
/** 2026-01-01, before anything happened here. */
const CREATED = 1_767_225_600;

/** Channels of a new workspace: three public ones, and each person's direct message with the bot. */
export const CHANNELS: readonly SandboxChannel[] = [
  {
    id: 'C0ASK',
    name: 'ask-governance',
    kind: 'channel',
    topic: 'Questions about AI policy, controls and who owns what',
    members: ALL,
    created: CREATED,
  },
  {
    id: 'C0COMMITTEE',
    name: 'ai-governance-committee',
    kind: 'channel',
    topic: 'Deployment requests and exceptions are decided here',
    members: ALL,
    created: CREATED,
  },
  {
    id: 'C0EVIDENCE',
    name: 'ai-evidence',
    kind: 'channel',
    topic: 'Checkpoints of the evidence log',
    members: ALL,
    created: CREATED,
  },
  ...PEOPLE.map(
    (user): SandboxChannel => ({
      id: directChannelOf(user.id),
      name: '',
      kind: 'im',
      topic: '',
      members: [user.id, BOT_USER],
      created: CREATED,
    }),
  ),
];

/** User groups that can be mentioned. */
export const GROUPS: readonly SandboxGroup[] = [
  {
    id: 'S0COMMITTEE',
    handle: 'governance-committee',
    name: 'AI Governance Committee',
    users: ['U0CISO', 'U0CAIO', 'U0LEGAL', 'U0ETHIC'],
  },
  { id: 'S0ETHICS', handle: 'ethics-board', name: 'AI Ethics Review Board', users: ['U0ETHIC'] },
];

/** A slash command that the composer completes. */
export type CommandHint = {
  readonly command: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
};

/** A shortcut of the app's manifest. */
export type ShortcutHint = {
  readonly type: 'global' | 'message';
  readonly name: string;
  readonly callback_id: string;
};

/** Commands offered when the caller of createSandbox names none. */
export const COMMANDS: readonly CommandHint[] = [
  {
    command: '/governance',
    description: 'Ask for a use case, a deployment or an exception, see where things stand',
    subcommands: [
      { name: 'deploy', description: 'Ask for approval to deploy a system' },
      { name: 'exception', description: 'Ask for an exception from a control' },
      { name: 'use-case', description: 'Have a purpose approved before anything is built' },
      { name: 'policy', description: 'The rules in force, what waits, and putting it to the vote' },
      { name: 'status', description: 'Your open requests and who must act' },
      { name: 'evidence', description: 'Upload a document for a request: evidence DR-1' },
      { name: 'roles', description: 'Who holds which role, and which nobody holds' },
      { name: 'import', description: 'For administrators: a table of roles, systems or risks' },
      { name: 'help', description: 'What Countersign does' },
    ],
  },
];

/** Shortcuts offered when the caller of createSandbox names none: those of the app's manifest. */
export const SHORTCUTS: readonly ShortcutHint[] = [
  { type: 'global', name: 'Request a deployment', callback_id: 'request_deployment' },
  { type: 'message', name: 'Use as evidence', callback_id: 'use_as_evidence' },
];
