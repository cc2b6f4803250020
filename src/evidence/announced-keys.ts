/**
 * Which keys a log itself says are its own, and until when. The first entry (`log.started`) names the first two keys; a
 * rotation (`key.rotated`, signed by a key that counted before it) adds one and ends the ones before it. Without this,
 * whoever can write to the database could add a key of their own to its list and sign entries with it, and whoever finds
 * an old key could go on with it.
 */
import { z } from 'zod';
import type { Statement } from './statement.ts';

const keyId = z.string().regex(/^[0-9a-f]{64}$/);
const startedSchema = z.object({ statementKeyId: keyId, checkpointKeyId: keyId });
const rotatedSchema = z.object({
  purpose: z.enum(['statement', 'checkpoint']),
  keyId,
  /** The keys that it replaces; they count until the overlap ends. */
  previous: z.array(keyId).max(1_000).default([]),
  overlapUntil: z.iso.datetime({ precision: 3 }).optional(),
});

/** The last instant at which a key counts, by key id (hex SHA-256 of the SubjectPublicKeyInfo); null: no end. */
export type KeyEnds = ReadonlyMap<string, string | null>;

/** Keys by purpose. */
export type AnnouncedKeys = { readonly statement: KeyEnds; readonly checkpoint: KeyEnds };

/** The keys announced after an entry; null while the log has announced none, as when its first entry is not at hand. */
export function announcedAfter(
  before: AnnouncedKeys | null,
  index: number,
  { predicate: { event, data } }: Statement,
): AnnouncedKeys | null {
  if (index === 0 && event.type === 'log.started') {
    const started = startedSchema.safeParse(data);
    if (!started.success) return before;
    const { statementKeyId, checkpointKeyId } = started.data;
    return { statement: new Map([[statementKeyId, null]]), checkpoint: new Map([[checkpointKeyId, null]]) };
  }
  if (before === null || event.type !== 'key.rotated') return before;
  const rotated = rotatedSchema.safeParse(data);
  if (!rotated.success) return before;
  const { purpose, keyId: added, previous, overlapUntil } = rotated.data;
  const ends = new Map(before[purpose]);
  for (const id of previous) {
    const end = ends.get(id);
    // An end that was announced before is not put off by a later rotation.
    if (overlapUntil !== undefined && end !== undefined && (end === null || overlapUntil < end))
      ends.set(id, overlapUntil);
  }
  ends.set(added, null);
  return { ...before, [purpose]: ends };
}

/** How a key stands at a time of the log (UTC with milliseconds): announced and in force, or ended, or never announced. */
export function standingOf(ends: KeyEnds, id: string, at: string): 'counts' | 'retired' | 'unannounced' {
  const end = ends.get(id);
  if (end === undefined) return 'unannounced';
  // Both are UTC with milliseconds and the same width, so text order is time order.
  return end === null || at <= end ? 'counts' : 'retired';
}

/** The best standing among several keys. */
export function bestStanding(ends: KeyEnds, ids: readonly string[], at: string): ReturnType<typeof standingOf> {
  const standings = ids.map((id) => standingOf(ends, id, at));
  return standings.find((s) => s === 'counts') ?? standings.find((s) => s === 'retired') ?? 'unannounced';
}
