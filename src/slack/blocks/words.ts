/** Small words that several screens share. Pure. */

const UNITS = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "3 days", "12 hours": the largest unit that fits without a remainder; weeks only from two on. */
export function durationWords(ms: number): string {
  for (const [unit, size] of UNITS) {
    const n = ms / size;
    if (unit === 'week' && n < 2) continue;
    if (n >= 1 && Number.isInteger(n)) return `${n} ${unit}${n === 1 ? '' : 's'}`;
  }
  return ms <= 0 ? 'at once' : `${Math.max(1, Math.round(ms / 60_000))} minutes`;
}
