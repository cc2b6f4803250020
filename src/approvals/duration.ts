/** Lengths of time as people write them in the policy: `30 minutes`, `4 hours`, `10 days`, `2 weeks`, `none`. */

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
const SHAPE = /^(\d{1,5}) (minute|hour|day|week)s?$/;

/** Milliseconds of a written duration; null when it is not one. Months and years are not offered: their length varies. */
export function parseDurationMs(text: string): number | null {
  if (text === 'none') return 0;
  const match = SHAPE.exec(text);
  if (!match) return null;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/**
 * A point in time as people and forms write it: an ISO time with a zone, or a bare date, which means the end of that
 * day in UTC. Returns the ISO time with milliseconds, or null.
 */
export function parseMoment(text: string): string | null {
  const bare = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!bare && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const at = new Date(bare ? `${text}T23:59:59.999Z` : text);
  if (Number.isNaN(at.getTime())) return null;
  // JavaScript rolls 30 February over into March; such a date is an error, not another day.
  if (bare && at.toISOString().slice(0, 10) !== text) return null;
  return at.toISOString();
}

/** Milliseconds of an ISO time that the core itself wrote or a parser accepted. */
export function msOf(iso: string): number {
  return Date.parse(iso);
}

/** ISO time of milliseconds, kept within what a Date can hold. */
export function isoOf(ms: number): string {
  return new Date(Math.max(-8.64e15, Math.min(8.64e15, ms))).toISOString();
}

/** An instant as people and a pipeline's log read it: `2026-11-21 01:17 UTC`. */
export function minuteOf(ms: number): string {
  return `${isoOf(ms).slice(0, 16).replace('T', ' ')} UTC`;
}
