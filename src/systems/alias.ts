/**
 * Floating aliases: a vendor's name for a model that can come to mean another one. What was approved is what it meant
 * then, so it is looked at again at an interval; a look that is overdue, or that found another model, closes the gate
 * (DESIGN.md, rule 10). Pure.
 */

const DAY_MS = 24 * 60 * 60 * 1000;

/** How a version with a floating alias stands. */
export type AliasWatch = {
  /** ISO time by which somebody must have looked again. */
  readonly dueAt: string;
  /** ISO time at which somebody found that it means another model; null while it means what it meant. */
  readonly changedAt: string | null;
};

type Watched = {
  readonly reviewEveryDays: number | null;
  readonly reviewedAt: string;
  readonly changedAt: string | null;
};

/** The watch over a version; null where nothing floats. */
export function aliasWatch({ reviewEveryDays, reviewedAt, changedAt }: Watched): AliasWatch | null {
  if (reviewEveryDays === null) return null;
  return { dueAt: new Date(Date.parse(reviewedAt) + reviewEveryDays * DAY_MS).toISOString(), changedAt };
}

/** When the owner is reminded, in ms: a quarter of the interval before it is due, at most a week. */
export function remindAtMs({ dueAt }: AliasWatch, reviewEveryDays: number): number {
  return Date.parse(dueAt) - Math.min(7, reviewEveryDays / 4) * DAY_MS;
}

/**
 * What stands against running it now: `changed` until a decision later than the finding permits it, `overdue` until
 * somebody looked.
 * @param decidedAtMs when what permits it was decided; null where that is not known
 */
export function aliasFlaw(watch: AliasWatch, decidedAtMs: number | null, nowMs: number): 'changed' | 'overdue' | null {
  const { dueAt, changedAt } = watch;
  if (changedAt !== null && (decidedAtMs === null || decidedAtMs <= Date.parse(changedAt))) return 'changed';
  return Date.parse(dueAt) < nowMs ? 'overdue' : null;
}
