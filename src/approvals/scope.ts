/** Comparing two scopes of a deployment. Pure. */
import type { Scope } from './document.ts';
import { msOf } from './duration.ts';

/** Whether a scope allows less than another in at least one respect and more in none. Users are words: any counts once. */
export function isNarrower(current: Scope | null, next: Scope): boolean {
  const now = current ?? { users: null, trafficPercent: null, regions: [], until: null };
  const traffic = compare(now.trafficPercent ?? 100, next.trafficPercent ?? 100);
  const until = compare(endMs(now.until), endMs(next.until));
  const users = now.users === next.users ? 0 : now.users === null ? -1 : 1;
  const all = [traffic, until, users, compareRegions(now.regions, next.regions)];
  return all.includes(-1) && !all.includes(1);
}

const endMs = (until: string | null): number => (until === null ? Number.POSITIVE_INFINITY : msOf(until));
/** -1 when the second allows less, 1 when it allows more. */
const compare = (now: number, next: number): -1 | 0 | 1 => (next < now ? -1 : next > now ? 1 : 0);

/** No region named means every region. */
function compareRegions(now: readonly string[], next: readonly string[]): -1 | 0 | 1 {
  if (now.length === 0) return next.length === 0 ? 0 : -1;
  if (next.length === 0 || next.some((region) => !now.includes(region))) return 1;
  return now.every((region) => next.includes(region)) ? 0 : -1;
}
