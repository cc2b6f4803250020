/** Ways in which the sandbox's Web API can misbehave on request, for tests of the app. */
export type Faults = {
  /** `refuse` cuts the connection, `503` answers so. */
  readonly outage: 'refuse' | '503' | null;
  /** The next this many calls answer 429 with `Retry-After: retryAfterSeconds`. */
  readonly rateLimitNext: number;
  readonly retryAfterSeconds: number;
  /** chat.postMessage more often than once a second per channel answers 429, as in Slack. */
  readonly perChannelLimit: boolean;
  /** Every call waits this long first, in milliseconds. */
  readonly slowMs: number;
  /** The next this many calls are carried out and stored, and their answer is lost. */
  readonly dropAnswerNext: number;
  /** Only calls of this method misbehave; null for all. */
  readonly method: string | null;
};

/** Nothing misbehaves. */
const NO_FAULTS: Faults = {
  outage: null,
  rateLimitNext: 0,
  retryAfterSeconds: 1,
  perChannelLimit: false,
  slowMs: 0,
  dropAnswerNext: 0,
  method: null,
};

/** What to do with one call. */
export type FaultVerdict = {
  readonly before: 'none' | 'refuse' | '503' | '429';
  readonly slowMs: number;
  readonly dropAnswer: boolean;
  readonly retryAfterSeconds: number;
};

/** Holds the current faults and counts down the numbered ones. */
export type FaultSwitch = {
  get(): Faults;
  set(change: Partial<Faults>): void;
  /** `channel` is given for chat.postMessage only. */
  judge(method: string, channel: string | null, nowMs: number): FaultVerdict;
};

export const createFaultSwitch = (): FaultSwitch => {
  let faults: Faults = NO_FAULTS;
  const lastPost = new Map<string, number>();
  const beforeOf = (channel: string | null, nowMs: number): FaultVerdict['before'] => {
    if (faults.outage) return faults.outage;
    if (faults.rateLimitNext > 0) {
      faults = { ...faults, rateLimitNext: faults.rateLimitNext - 1 };
      return '429';
    }
    if (!faults.perChannelLimit || channel === null) return 'none';
    const previous = lastPost.get(channel) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - previous < 1000) return '429';
    if (lastPost.size > 1000) lastPost.clear();
    lastPost.set(channel, nowMs);
    return 'none';
  };
  return {
    get: () => faults,
    set: (change) => {
      faults = { ...faults, ...change };
    },
    judge: (method, channel, nowMs) => {
      const { retryAfterSeconds } = faults;
      if (faults.method !== null && faults.method !== method) {
        return { before: 'none', slowMs: 0, dropAnswer: false, retryAfterSeconds };
      }
      const before = beforeOf(channel, nowMs);
      const dropAnswer = before === 'none' && faults.dropAnswerNext > 0;
      if (dropAnswer) faults = { ...faults, dropAnswerNext: faults.dropAnswerNext - 1 };
      return { before, slowMs: faults.slowMs, dropAnswer, retryAfterSeconds };
    },
  };
};
