/**
 * The Bolt app. Listeners only store and acknowledge; the response to Slack leaves after the store succeeded
 * (`processBeforeResponse`), so that a failed store makes Slack send again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver, LogLevel, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { registerActions } from './listeners/actions.ts';
import { registerCommands } from './listeners/commands.ts';
import { registerEvents } from './listeners/events.ts';
import { registerShortcuts } from './listeners/shortcuts.ts';
import type { ListenerDeps } from './listeners/store.ts';
import { registerViews } from './listeners/views.ts';

/** Slack accepts a signature for five minutes; we also refuse one from more than this far ahead. */
const SKEW_SECONDS_MAX = 300;

/** How the app reaches Slack, and who it is there. */
export type SlackIdentity = {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly botToken: string;
};

export type SlackAppDeps = ListenerDeps & {
  readonly identity: SlackIdentity;
  readonly apiUrl: string | null;
  readonly transport:
    | { readonly kind: 'http'; readonly signingSecret: string }
    | { readonly kind: 'socket'; readonly appToken: string };
};

export type SlackApp = {
  /** Serves `/slack/events`; null with Socket Mode. */
  readonly requestListener: ((req: IncomingMessage, res: ServerResponse) => void) | null;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** A payload of a workspace this deployment does not serve. Nothing of it is stored. */
class OtherTeamError extends Error {
  readonly code = 'other_team';
}

/** Builds the app with every listener registered. Talks to nobody until `start`. */
export function createSlackApp(deps: SlackAppDeps): SlackApp {
  const http = deps.transport.kind === 'http' ? httpReceiver(deps.transport.signingSecret) : null;
  const receiver: Receiver = http ?? socketReceiver(deps);
  const app = new App({
    receiver,
    logLevel: LogLevel.ERROR,
    // Own authorize: no auth.test for each event, and payloads of other teams end here with a 401.
    authorize: async ({ teamId }) => {
      if (teamId !== deps.identity.teamId) throw new OtherTeamError(`team ${teamId ?? 'unknown'} is not served here`);
      return {
        botToken: deps.identity.botToken,
        botId: deps.identity.botId,
        botUserId: deps.identity.botUserId,
        teamId,
      };
    },
    clientOptions: { ...(deps.apiUrl ? { slackApiUrl: deps.apiUrl } : {}), retryConfig: { retries: 0 }, timeout: 5000 },
  });
  registerAll(app, deps);
  return {
    requestListener: http === null ? null : (req, res) => guardClock(req, res, http.requestListener),
    async start() {
      if (http === null) await app.start();
    },
    async stop() {
      if (http === null) await app.stop();
    },
  };
}

function registerAll(app: App, deps: ListenerDeps): void {
  registerEvents(app, deps);
  registerCommands(app, deps);
  registerActions(app, deps);
  registerViews(app, deps);
  registerShortcuts(app, deps);
}

function httpReceiver(signingSecret: string): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret,
    endpoints: ['/slack/events'],
    processBeforeResponse: true,
    logLevel: LogLevel.ERROR,
    bodyLimit: 1024 * 1024,
  });
}

function socketReceiver(deps: SlackAppDeps): SocketModeReceiver {
  if (deps.transport.kind !== 'socket') throw new Error('unreachable: socket receiver for an HTTP transport');
  return new SocketModeReceiver({
    appToken: deps.transport.appToken,
    logLevel: LogLevel.ERROR,
    // Its own retry settings: the app's clients must stay on short time-outs (slack-platform.md, pitfall 6).
    installerOptions: {
      clientOptions: {
        ...(deps.apiUrl ? { slackApiUrl: deps.apiUrl } : {}),
        retryConfig: { forever: true, maxTimeout: 30_000 },
      },
    },
  });
}

/**
 * Bolt refuses an old signature but accepts one from the future (slack-platform.md, pitfall 4). It takes the age by the
 * machine's clock, so this does too.
 */
function guardClock(
  req: IncomingMessage,
  res: ServerResponse,
  next: (req: IncomingMessage, res: ServerResponse) => void,
): void {
  const stamp = Number(req.headers['x-slack-request-timestamp']);
  const ahead = stamp - Date.now() / 1000;
  if (!Number.isFinite(stamp) || Math.abs(ahead) > SKEW_SECONDS_MAX) {
    res.writeHead(401).end();
    return;
  }
  next(req, res);
}
