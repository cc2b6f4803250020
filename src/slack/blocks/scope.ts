/** A deployment's scope in words. Pure. */
import type { Scope } from '#src/approvals/document.ts';

/** One line a limit; empty where nothing is limited. Raw text: escape it where it is shown. */
export function scopeLines(scope: Scope | null): readonly string[] {
  if (scope === null) return [];
  return [
    ...(scope.users === null ? [] : [`only for ${scope.users}`]),
    ...(scope.trafficPercent === null ? [] : [`${scope.trafficPercent} percent of the traffic`]),
    ...(scope.regions.length === 0 ? [] : [`only in ${scope.regions.join(', ')}`]),
    ...(scope.until === null ? [] : [`until ${scope.until.slice(0, 10)}`]),
  ];
}
