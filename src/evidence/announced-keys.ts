/**
 * Which keys a log itself says are its own. The first entry (`log.started`) names the first two keys, and a rotation
 * (`key.rotated`, signed by a key that counted before it) adds one. Without this, whoever can write to the database
 * could add a key of their own to its list and sign entries with it.
 */
import { z } from 'zod';
import type { Statement } from './statement.ts';

const keyId = z.string().regex(/^[0-9a-f]{64}$/);
const startedSchema = z.object({ statementKeyId: keyId, checkpointKeyId: keyId });
const rotatedSchema = z.object({ purpose: z.enum(['statement', 'checkpoint']), keyId });

/** Key ids (hex SHA-256 of the SubjectPublicKeyInfo) by purpose. */
export type AnnouncedKeys = {
  readonly statement: ReadonlySet<string>;
  readonly checkpoint: ReadonlySet<string>;
};

/** The keys announced after an entry; null while the log has announced none, as when its first entry is not at hand. */
export function announcedAfter(
  before: AnnouncedKeys | null,
  index: number,
  { predicate: { event, data } }: Statement,
): AnnouncedKeys | null {
  if (index === 0 && event.type === 'log.started') {
    const started = startedSchema.safeParse(data);
    if (!started.success) return before;
    return { statement: new Set([started.data.statementKeyId]), checkpoint: new Set([started.data.checkpointKeyId]) };
  }
  if (before === null || event.type !== 'key.rotated') return before;
  const rotated = rotatedSchema.safeParse(data);
  if (!rotated.success) return before;
  const { purpose, keyId: added } = rotated.data;
  return { ...before, [purpose]: new Set([...before[purpose], added]) };
}
