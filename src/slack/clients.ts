/** Slack Web API clients. Retries are the outbox's business, so the SDK's own are off (slack-platform.md, pitfall 9). */
import { LogLevel, WebClient } from '@slack/web-api';
import type { SlackIdentity } from './app.ts';

export type SlackClients = { readonly client: WebClient; readonly modalClient: WebClient };

/** Two clients: one rate limit must not hold back a modal (pitfall 8). */
export function createClients(botToken: string, apiUrl: string | null): SlackClients {
  const options = {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  };
  return {
    client: new WebClient(botToken, { ...options, timeout: 10_000, maxRequestConcurrency: 10 }),
    modalClient: new WebClient(botToken, { ...options, timeout: 2_500 }),
  };
}

/** Who the token belongs to. Throws when Slack cannot be reached or refuses the token. */
export async function readIdentity(client: WebClient, botToken: string): Promise<SlackIdentity> {
  const who = await client.auth.test();
  if (!who.team_id || !who.user_id) throw new Error('auth.test named no team');
  return { teamId: who.team_id, botUserId: who.user_id, botId: who.bot_id ?? '', botToken };
}
