/** How long each class of record is kept. The log itself is kept for ever: it holds pseudonyms and hashes only. */
import { z } from 'zod';
import type { RecordStore } from '../streams/ports.ts';
import { openHolds, type RequestsAbout, scopesOf } from './holds.ts';
import type { ErasureStore, RetentionLimits } from './ports.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Whole days; null: kept for ever. */
const days = (least: number) => z.int().min(least).max(36_500).nullable();

/** `knowledge/retention.yaml`, in days. */
export const retentionSchema = z.strictObject({
  /** Payloads from Slack, and conversations; their ids stay, so that a redelivery is still known. Slack retries for minutes, not days. */
  inbox: days(1),
  /** Payloads of messages that were sent. */
  outbox: days(1),
  refusals: days(1),
  gaps: days(1),
  /** Salts of questions and answers that were logged; without one its hash fits no wording any more. */
  questions: days(1),
  /** Timers that fired. */
  timers: days(1),
  /** Names and texts of requests that ended; at least a year, so that a review finds them. */
  texts: days(365),
});

export type RetentionDays = z.infer<typeof retentionSchema>;

export type RetentionDeps = {
  readonly days: RetentionDays;
  readonly erasing: Pick<ErasureStore, 'eraseOlder'>;
  readonly records: Pick<RecordStore, 'list'>;
  readonly requestsAbout: RequestsAbout;
  readonly now: () => Date;
};

/** Erases what is older than its class allows, except under a legal hold. Returns rows changed by class. */
export async function applyRetention(deps: RetentionDeps): Promise<Readonly<Record<string, number>>> {
  const held = await scopesOf(await openHolds(deps.records), deps.requestsAbout);
  const now = deps.now().getTime();
  const before = (kept: number | null) => (kept === null ? null : new Date(now - kept * DAY_MS));
  const { inbox, outbox, refusals, gaps, questions, timers, texts } = deps.days;
  const limits: RetentionLimits = {
    inbox: before(inbox),
    outbox: before(outbox),
    refusals: before(refusals),
    gaps: before(gaps),
    questions: before(questions),
    timers: before(timers),
    texts: before(texts),
  };
  return deps.erasing.eraseOlder(limits, held);
}
