/**
 * The environment, parsed once into a frozen {@link Config}. Every problem is listed at once, each with its remedy,
 * so that a person mends them in one go; the caller prints them and exits 2.
 */
import { resolve } from 'node:path';
import { z } from 'zod';
import { type ConfigIssue, EVIDENCE_FIELDS, type EvidenceConfig, readEvidence } from './config-evidence.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Where Slack is: the sandbox on this machine, or a workspace by HTTP events or Socket Mode. */
export type SlackConfig =
  | { readonly kind: 'sandbox' }
  | {
      readonly kind: 'http';
      readonly botToken: string;
      readonly signingSecret: string;
      readonly apiUrl: string | null;
    }
  | { readonly kind: 'socket'; readonly botToken: string; readonly appToken: string; readonly apiUrl: string | null };

/** Settings of a language model; null when none is configured (everything works without). */
export type ModelConfig = {
  readonly apiKey: string;
  readonly baseUrl: string | null;
  readonly model: string;
  readonly embeddingModel: string;
};

/** Everything the program takes from its environment. Absolute paths; frozen. */
export type Config = EvidenceConfig & {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Null: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly slack: SlackConfig;
  readonly model: ModelConfig | null;
  /** Slack user ids. */
  readonly admins: readonly string[];
  readonly directoryFile: string | null;
  readonly committeeChannel: string | null;
  readonly evidenceChannel: string | null;
  readonly logOrigin: string | null;
  /** Hosts from which linked evidence is fetched and kept, in small letters. */
  readonly captureHosts: readonly string[];
  readonly signingKeyFile: string | null;
  readonly checkpointKeyFile: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
};

/** All unusable settings together. The command line prints them and exits 2. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
  readonly issues: readonly ConfigIssue[];
  constructor(issues: readonly ConfigIssue[]) {
    super(
      [
        `Countersign cannot start: ${issues.length} setting${issues.length === 1 ? ' needs' : 's need'} attention.`,
        ...issues.map((issue) => `  ${issue.name}: ${issue.problem}\n    -> ${issue.remedy}`),
      ].join('\n'),
    );
    this.name = 'ConfigError';
    this.issues = issues;
  }
}

type Field = { readonly schema: z.ZodType; readonly problem: string; readonly remedy: string };

const slackUserId = /^[UW][A-Z0-9]{2,20}$/;
const hostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const channelId = /^[CG][A-Z0-9]{2,20}$/;

const FIELDS: Readonly<Record<string, Field>> = {
  PORT: {
    schema: z.coerce.number().int().min(0).max(65_535),
    problem: 'is not a port number',
    remedy: 'Set PORT to a number from 1 to 65535, or leave it unset for 3000.',
  },
  HOST: {
    schema: z.string().regex(/^[A-Za-z0-9.:\-[\]]{1,253}$/),
    problem: 'is not an address or host name',
    remedy: 'Set HOST to an address to listen on, or leave it unset for 127.0.0.1.',
  },
  DATABASE_URL: {
    schema: z.string().regex(/^postgres(ql)?:\/\/.+/),
    problem: 'is not a PostgreSQL address',
    remedy: 'Use postgresql://USER:PASSWORD@HOST:PORT/NAME, or leave it unset for the built-in database.',
  },
  COUNTERSIGN_SANDBOX: {
    schema: z.enum(['0', '1']),
    problem: 'is neither 0 nor 1',
    remedy: 'Set COUNTERSIGN_SANDBOX=1 to open the sandbox on that database, or leave it unset.',
  },
  SLACK_BOT_TOKEN: {
    schema: z.string().regex(/^xoxb-[\w-]{3,250}$/),
    problem: 'does not look like a bot token (xoxb-...)',
    remedy: 'Copy the Bot User OAuth Token from your Slack app, page "OAuth & Permissions".',
  },
  SLACK_APP_TOKEN: {
    schema: z.string().regex(/^xapp-[\w-]{3,250}$/),
    problem: 'does not look like an app-level token (xapp-...)',
    remedy: 'Create one with the scope connections:write on the page "Basic Information" of your Slack app.',
  },
  SLACK_SIGNING_SECRET: {
    schema: z.string().min(8).max(200),
    problem: 'is too short for a signing secret',
    remedy: 'Copy it from the page "Basic Information" of your Slack app.',
  },
  SLACK_API_URL: {
    schema: z.url(),
    problem: 'is not a URL',
    remedy: 'Leave it unset, unless Slack is reached through a proxy.',
  },
  OPENAI_BASE_URL: {
    schema: z.url(),
    problem: 'is not a URL',
    remedy: 'Give the base address of an OpenAI-compatible server, with its /v1.',
  },
  COUNTERSIGN_ADMINS: {
    schema: z.string().refine((v) => list(v).every((id) => slackUserId.test(id))),
    problem: 'holds something that is not a Slack user id',
    remedy: 'List Slack member ids separated by commas, such as U024BE7LH (profile, three dots, "Copy member ID").',
  },
  COUNTERSIGN_COMMITTEE_CHANNEL: {
    schema: z.string().regex(channelId),
    problem: 'is not a Slack channel id',
    remedy: 'Use the id at the foot of the channel details, such as C024BE91L.',
  },
  COUNTERSIGN_EVIDENCE_CHANNEL: {
    schema: z.string().regex(channelId),
    problem: 'is not a Slack channel id',
    remedy: 'Use the id at the foot of the channel details, such as C024BE91L.',
  },
  COUNTERSIGN_CAPTURE_HOSTS: {
    schema: z.string().refine((v) => list(v.toLowerCase()).every((name) => hostName.test(name))),
    problem: 'holds something that is not a host name',
    remedy: 'List host names separated by commas, such as wiki.example.com; no addresses, ports or wildcards.',
  },
  COUNTERSIGN_LOG_ORIGIN: {
    schema: z.string().regex(/^[^\s+]{3,200}$/),
    problem: 'holds a space or a plus sign, or is too short',
    remedy: 'Use a name like governance.example.com/log (no scheme, no spaces).',
  },
  ...EVIDENCE_FIELDS,
  LOG_LEVEL: {
    schema: z.enum(LOG_LEVELS),
    problem: 'is not a log level',
    remedy: `Use one of ${LOG_LEVELS.join(', ')}.`,
  },
};

/**
 * Reads the settings.
 * @param env the environment, e.g. `process.env`
 * @param cwd what relative paths are relative to
 * @throws ConfigError listing every unusable setting
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const issues: ConfigIssue[] = [];
  const read = (name: string): string | null => {
    const value = env[name]?.trim();
    if (!value) return null;
    const field = FIELDS[name];
    if (field && !field.schema.safeParse(value).success) {
      issues.push({ name, problem: field.problem, remedy: field.remedy });
      return null;
    }
    return value;
  };
  const path = (name: string): string | null => {
    const value = read(name);
    return value === null ? null : resolve(cwd, value);
  };
  const databaseUrl = read('DATABASE_URL');
  const config: Config = {
    port: Number(read('PORT') ?? 3000),
    host: read('HOST') ?? '127.0.0.1',
    dataDir: path('COUNTERSIGN_DATA_DIR') ?? resolve(cwd, 'data'),
    databaseUrl,
    slack: readSlack(read, databaseUrl !== null, issues),
    model: readModel(read),
    admins: list(read('COUNTERSIGN_ADMINS') ?? ''),
    directoryFile: path('COUNTERSIGN_DIRECTORY_FILE'),
    committeeChannel: read('COUNTERSIGN_COMMITTEE_CHANNEL'),
    evidenceChannel: read('COUNTERSIGN_EVIDENCE_CHANNEL'),
    logOrigin: read('COUNTERSIGN_LOG_ORIGIN'),
    captureHosts: list((read('COUNTERSIGN_CAPTURE_HOSTS') ?? '').toLowerCase()),
    signingKeyFile: path('COUNTERSIGN_SIGNING_KEY_FILE'),
    checkpointKeyFile: path('COUNTERSIGN_CHECKPOINT_KEY_FILE'),
    ...readEvidence(read, path, issues),
    logLevel: (read('LOG_LEVEL') ?? 'info') as Config['logLevel'],
  };
  checkTogether(config, issues);
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.freeze(config);
}

type Read = (name: string) => string | null;

/** Settings without which it cannot be told whether Slack or the sandbox is meant. */
const SLACK_TOKENS = new Set(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL']);

function readSlack(read: Read, externalDatabase: boolean, issues: ConfigIssue[]): SlackConfig {
  const botToken = read('SLACK_BOT_TOKEN');
  const appToken = read('SLACK_APP_TOKEN');
  const signingSecret = read('SLACK_SIGNING_SECRET');
  const apiUrl = read('SLACK_API_URL');
  const sandbox = read('COUNTERSIGN_SANDBOX');
  const broken = issues.some(({ name }) => SLACK_TOKENS.has(name));
  if (botToken === null) {
    if (!broken && (appToken !== null || signingSecret !== null)) {
      issues.push({
        name: 'SLACK_BOT_TOKEN',
        problem: 'is missing, although other Slack settings are there; the sandbox does not open by accident',
        remedy: 'Set SLACK_BOT_TOKEN, or remove SLACK_APP_TOKEN and SLACK_SIGNING_SECRET to use the sandbox.',
      });
    } else if (externalDatabase && sandbox !== '1') {
      issues.push({
        name: 'COUNTERSIGN_SANDBOX',
        problem: 'is not set, and there is no SLACK_BOT_TOKEN beside DATABASE_URL',
        remedy: 'Set SLACK_BOT_TOKEN to serve Slack, or COUNTERSIGN_SANDBOX=1 to open the sandbox on that database.',
      });
    }
    return { kind: 'sandbox' };
  }
  if (sandbox === '1') {
    issues.push({
      name: 'COUNTERSIGN_SANDBOX',
      problem: 'is set together with SLACK_BOT_TOKEN',
      remedy: 'Remove one of the two: a deployment serves either Slack or the sandbox.',
    });
  }
  if (appToken !== null) return { kind: 'socket', botToken, appToken, apiUrl };
  if (signingSecret === null && !broken) {
    issues.push({
      name: 'SLACK_SIGNING_SECRET',
      problem: 'is missing, and there is no SLACK_APP_TOKEN either',
      remedy: 'Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP events.',
    });
  }
  return { kind: 'http', botToken, signingSecret: signingSecret ?? '', apiUrl };
}

function readModel(read: Read): ModelConfig | null {
  const apiKey = read('OPENAI_API_KEY');
  const baseUrl = read('OPENAI_BASE_URL');
  if (apiKey === null) return null;
  return {
    apiKey,
    baseUrl,
    model: read('OPENAI_MODEL') ?? 'gpt-5-mini',
    embeddingModel: read('OPENAI_EMBEDDING_MODEL') ?? 'text-embedding-3-small',
  };
}

/** Rules that involve more than one setting. */
function checkTogether(config: Config, issues: ConfigIssue[]): void {
  const loopback = ['127.0.0.1', 'localhost', '::1', '[::1]'];
  if (config.slack.kind === 'sandbox' && !loopback.includes(config.host)) {
    issues.push({
      name: 'HOST',
      problem: 'opens the sandbox beyond this machine, and everybody there could act as anybody',
      remedy: 'Leave HOST unset (127.0.0.1), or set SLACK_BOT_TOKEN to serve a real workspace.',
    });
  }
  if (config.slack.kind !== 'sandbox' && config.committeeChannel === null) {
    issues.push({
      name: 'COUNTERSIGN_COMMITTEE_CHANNEL',
      problem: 'is missing; with Slack the committee needs a channel',
      remedy: 'Create #ai-governance-committee, invite the app, and set its channel id (channel details, bottom).',
    });
  }
  if (config.slack.kind !== 'sandbox' && config.admins.length === 0 && config.directoryFile === null) {
    issues.push({
      name: 'COUNTERSIGN_ADMINS',
      problem: 'is empty, so nobody could name the role holders (closed by default)',
      remedy: 'List at least two Slack member ids, or give COUNTERSIGN_DIRECTORY_FILE.',
    });
  }
}

function list(value: string): string[] {
  return value
    .split(/[\s,]+/)
    .map((part) => part.trim())
    .filter((part) => part.length > 0);
}
