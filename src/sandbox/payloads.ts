import type { SandboxChannel, SandboxUser } from './model.ts';
import { APP_ID, TEAM } from './model.ts';

type Json = Record<string, unknown>;

/** Fields that every interaction payload starts with. */
export const interactionBase = (type: string, user: SandboxUser): Json => ({
  type,
  user: { id: user.id, username: user.name, name: user.name, team_id: TEAM.id },
  api_app_id: APP_ID,
  token: 'sandbox-verification-token',
  team: { id: TEAM.id, domain: TEAM.domain },
  enterprise: null,
  is_enterprise_install: false,
});

/** A channel's name as payloads carry it. */
export const payloadChannel = (channel: SandboxChannel): Json => ({
  id: channel.id,
  name: channel.kind === 'im' ? 'directmessage' : channel.name,
});

/** An interaction as the form field that Slack posts. */
export const interactionForm = (payload: Json): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

/** A slash command as the form that Slack posts. */
export const commandForm = (input: {
  readonly user: SandboxUser;
  readonly channel: SandboxChannel;
  readonly command: string;
  readonly text: string;
  readonly triggerId: string;
  readonly responseUrl: string;
}): string =>
  new URLSearchParams({
    token: 'sandbox-verification-token',
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: input.channel.id,
    channel_name: input.channel.kind === 'im' ? 'directmessage' : input.channel.name,
    user_id: input.user.id,
    user_name: input.user.name,
    command: input.command,
    text: input.text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: input.responseUrl,
    trigger_id: input.triggerId,
  }).toString();
