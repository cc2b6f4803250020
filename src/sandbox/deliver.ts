import { createHmac } from 'node:crypto';
import type { Core, Timers } from './core.ts';
import type { TraceAck } from './trace.ts';

/** Slack waits this long for an acknowledgement, in milliseconds. */
const ACK_MS = 3_000;
const ANSWER_BYTES_MAX = 1_000_000;

/** What came back for a signed request to the app. */
export type Answer = {
  readonly outcome: TraceAck['outcome'];
  readonly status: number | null;
  readonly ms: number;
  readonly body: string;
  /** The app asked not to be sent it again (`x-slack-no-retry: 1`). */
  readonly noRetry: boolean;
};

/** Sends signed requests to the app. */
export type Courier = {
  send(body: string, contentType: 'json' | 'form', headers?: Readonly<Record<string, string>>): Promise<Answer>;
};

export type CourierOptions = {
  readonly url: () => string;
  readonly signingSecret: string;
  readonly now: () => Date;
  readonly timers: Timers;
};

/** Slack's v0 signature of a body sent at a time in seconds. */
const signatureOf = (signingSecret: string, timestamp: number, body: string): string =>
  `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

const TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

const outcomeOf = (status: number): TraceAck['outcome'] => (status >= 200 && status < 300 ? 'ok' : 'refused');

/** A courier to one events address; an answer later than three seconds counts as none. */
export const createCourier = (options: CourierOptions): Courier => ({
  send: async (body, contentType, headers = {}) => {
    const timestamp = Math.floor(options.now().getTime() / 1000);
    const started = performance.now();
    const elapsed = (): number => Math.round(performance.now() - started);
    const abort = new AbortController();
    let timedOut = false;
    const timer = options.timers.set(() => {
      timedOut = true;
      abort.abort();
    }, ACK_MS);
    try {
      const response = await fetch(options.url(), {
        method: 'POST',
        body,
        redirect: 'error',
        signal: abort.signal,
        headers: {
          'content-type': TYPES[contentType],
          'user-agent': 'Slackbot 1.0 (sandbox)',
          'x-slack-request-timestamp': String(timestamp),
          'x-slack-signature': signatureOf(options.signingSecret, timestamp, body),
          ...headers,
        },
      });
      const text = (await response.text()).slice(0, ANSWER_BYTES_MAX);
      const noRetry = response.headers.get('x-slack-no-retry') === '1';
      return { outcome: outcomeOf(response.status), status: response.status, ms: elapsed(), body: text, noRetry };
    } catch {
      return { outcome: timedOut ? 'timeout' : 'unreachable', status: null, ms: elapsed(), body: '', noRetry: false };
    } finally {
      options.timers.clear(timer);
    }
  },
});

/** Notes an answer in the side panel. */
export const noteAnswer = (core: Core, traceId: number, answer: Answer, attempt: number, said: string): void => {
  const { outcome, status, ms } = answer;
  core.trace.ack(traceId, { outcome, status, ms, attempt, said });
};
