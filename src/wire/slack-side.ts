/** Slack, or the workspace on this machine: from here on the code is the same. */
import { randomBytes } from 'node:crypto';
import type { Config } from '#src/config.ts';
import type { Uploads } from '#src/delivery/inbox/uploads.ts';
import type { SlackAppDeps, SlackIdentity } from '#src/slack/app.ts';
import { createClients, readIdentity, type SlackClients } from '#src/slack/clients.ts';
import { createUploads } from '#src/slack/uploads.ts';
import { FILE_BYTES_MAX } from '#src/systems/evidence-files.ts';
import type { Handler } from '#src/web/server.ts';
import { StartRefusedError } from './workspace.ts';

const SANDBOX_IDENTITY: SlackIdentity = {
  teamId: 'T0SANDBOX',
  botUserId: 'U0COUNTERSIGN',
  botId: 'B0COUNTERSIGN',
  botToken: 'xoxb-sandbox',
};

export type SandboxHandle = { readonly handle: Handler; resume(): void; close(): Promise<void> };

export type SlackSide = {
  readonly workspaceId: string;
  readonly identity: SlackIdentity;
  readonly clients: SlackClients;
  readonly transport: SlackAppDeps['transport'];
  readonly apiUrl: string | null;
  /** Opened before anything is sent; null with real Slack. */
  readonly sandbox: SandboxHandle | null;
};

/** Connects. `port` is the one the HTTP server listens on. Throws StartRefusedError `slack_unreachable`. */
export async function connectSlack(
  config: Config,
  port: number,
  now: () => Date,
  sandboxSecret?: string,
): Promise<SlackSide> {
  const { slack } = config;
  if (slack.kind === 'sandbox') return openSandbox(config, port, now, sandboxSecret);
  const clients = createClients(slack.botToken, slack.apiUrl);
  const identity = await readIdentity(clients.client, slack.botToken).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartRefusedError(
      'slack_unreachable',
      `Slack did not say whose token this is (${text}). Nothing was started. Check SLACK_BOT_TOKEN and the network, then start again.`,
      error,
    );
  });
  const transport: SlackSide['transport'] =
    slack.kind === 'socket'
      ? { kind: 'socket', appToken: slack.appToken }
      : { kind: 'http', signingSecret: slack.signingSecret };
  return { workspaceId: identity.teamId, identity, clients, transport, apiUrl: slack.apiUrl, sandbox: null };
}

/** How the app fetches what people upload. */
export function uploadsOf({ clients, identity, apiUrl }: SlackSide): Uploads {
  return createUploads({ client: clients.client, botToken: identity.botToken, apiUrl, bytesMax: FILE_BYTES_MAX });
}

async function openSandbox(
  config: Config,
  port: number,
  now: () => Date,
  secret: string | undefined,
): Promise<SlackSide> {
  // Nobody outside this process has to know it, so it is new at each start.
  const signingSecret = secret ?? randomBytes(32).toString('hex');
  const base = `http://127.0.0.1:${port}`;
  const apiUrl = `${base}/sandbox/api/`;
  const { createSandbox } = await import('#src/sandbox/sandbox.ts');
  const sandbox = createSandbox({
    dataDir: config.dataDir,
    signingSecret,
    botToken: SANDBOX_IDENTITY.botToken,
    eventsUrl: `${base}/slack/events`,
    allowedHosts: ['127.0.0.1', 'localhost', '[::1]'],
    now,
  });
  return {
    workspaceId: 'sandbox',
    identity: SANDBOX_IDENTITY,
    clients: createClients(SANDBOX_IDENTITY.botToken, apiUrl),
    transport: { kind: 'http', signingSecret },
    apiUrl,
    sandbox,
  };
}
