import type { Core } from './core.ts';
import { type Courier, noteAnswer } from './deliver.ts';
import { APP_ID, BOT_USER, LIMITS, type PendingEvent, TEAM } from './model.ts';

/** Slack's pauses before its three retries of an event, in milliseconds. */
const RETRY_AFTER_MS: readonly number[] = [0, 60_000, 300_000];

/** Sends events to the app, and again until they are acknowledged or the retries are used up. */
export type EventSender = {
  /** A journal entry's worth of event: commit it together with what caused it, then call `dispatch`. */
  prepare(event: Readonly<Record<string, unknown>>): PendingEvent;
  /** Makes the first attempt of events that are committed as pending. Resolves after it. */
  dispatch(events: readonly PendingEvent[], user: string): Promise<void>;
  /** Sends what a former process left unacknowledged. */
  resume(): void;
  close(): void;
};

const nameOf = (event: Readonly<Record<string, unknown>>): string => {
  const type = String(event['type']);
  if (type === 'message')
    return `message.${event['channel_type'] === 'channel' ? 'channels' : String(event['channel_type'])}`;
  return type === 'app_home_opened' ? `app_home_opened (${String(event['tab'])})` : type;
};

const eventOf = (pending: PendingEvent): Readonly<Record<string, unknown>> =>
  (pending.envelope['event'] ?? {}) as Readonly<Record<string, unknown>>;

const envelopeOf = (
  core: Core,
  eventId: string,
  event: Readonly<Record<string, unknown>>,
): PendingEvent['envelope'] => ({
  token: 'sandbox-verification-token',
  team_id: TEAM.id,
  context_team_id: TEAM.id,
  context_enterprise_id: null,
  api_app_id: APP_ID,
  event,
  type: 'event_callback',
  event_id: eventId,
  event_time: Math.floor(core.now().getTime() / 1000),
  authorizations: [
    { enterprise_id: null, team_id: TEAM.id, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
  ],
  is_ext_shared_channel: false,
  event_context: `4-${eventId}`,
});

export const createEventSender = (core: Core, courier: Courier): EventSender => {
  const waiting = new Set<unknown>();
  let closed = false;
  const finish = async (pending: PendingEvent): Promise<void> => {
    await core.commit([{ op: 'event_done', event_id: pending.event_id }]);
  };
  const later = (ms: number, run: () => Promise<void>): void => {
    const handle = core.timers.set(() => {
      waiting.delete(handle);
      run().catch((error: unknown) => core.log.error({ err: error }, 'sandbox event retry failed'));
    }, ms);
    waiting.add(handle);
  };
  const attempt = async (pending: PendingEvent, traceId: number, lastReason: string): Promise<void> => {
    if (closed) return;
    const retry: Record<string, string> =
      pending.attempts === 0
        ? {}
        : { 'x-slack-retry-num': String(pending.attempts), 'x-slack-retry-reason': lastReason };
    const answer = await courier.send(JSON.stringify(pending.envelope), 'json', retry);
    if (closed) return;
    noteAnswer(core, traceId, answer, pending.attempts + 1, '');
    const pause = RETRY_AFTER_MS[pending.attempts];
    if (answer.outcome === 'ok' || answer.noRetry || pause === undefined) return finish(pending);
    const reason =
      answer.outcome === 'refused' ? 'http_error' : answer.outcome === 'timeout' ? 'http_timeout' : 'connection_failed';
    const next: PendingEvent = { ...pending, attempts: pending.attempts + 1 };
    await core.commit([{ op: 'event', event: next }]);
    later(pause, () => attempt(next, traceId, reason));
  };
  const dispatch: EventSender['dispatch'] = async (events, user) => {
    await Promise.all(
      events.map((pending) => {
        const traceId = core.trace.begin('event', nameOf(eventOf(pending)), pending.event_id, user);
        return attempt(pending, traceId, 'connection_failed');
      }),
    );
  };
  return {
    prepare: (event) => {
      const eventId = `Ev0${core.randomId(5)}`;
      return { event_id: eventId, attempts: 0, envelope: envelopeOf(core, eventId, event) };
    },
    dispatch,
    resume: () => {
      for (const pending of [...core.workspace.pending.values()].slice(-LIMITS.pendingEvents)) {
        // The process that sent it is gone: what it heard is unknown, so this counts as Slack's next retry.
        const retried = { ...pending, attempts: Math.max(1, pending.attempts) };
        const user = String(eventOf(pending)['user'] ?? '');
        later(1_000, () =>
          attempt(
            retried,
            core.trace.begin('event', nameOf(eventOf(pending)), pending.event_id, user),
            'connection_failed',
          ),
        );
      }
    },
    close: () => {
      closed = true;
      for (const handle of waiting) core.timers.clear(handle);
      waiting.clear();
    },
  };
};
