/** What stands in rows of `record`, read back with a schema: a row is a projection, and projections can be damaged. */
import { z } from 'zod';
import type { AliasWatch } from '#src/systems/alias.ts';
import { type Hold, holdScopeSchema } from '#src/systems/holds.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';

const holdState = z.object({
  scope: holdScopeSchema,
  incident: z.string(),
  by: z.string(),
  role: z.string(),
  placedAt: z.string(),
  review: z.object({ by: z.string(), at: z.string(), file: z.string().nullable() }).nullable(),
  liftedBy: z.string().nullable(),
});

/** The row of a hold. */
export function rowOfHold(hold: Hold): RecordRow {
  const { id, status, version, ...state } = hold;
  const parent = 'system' in hold.scope ? hold.scope.system : null;
  return { kind: 'hold', id, parent, status, version, state };
}

/** A hold from its row; null for a damaged one. */
export function holdOfRow({ id, status, version, state }: RecordRow): Hold | null {
  const parsed = holdState.safeParse(state);
  if (!parsed.success || (status !== 'active' && status !== 'reviewed' && status !== 'lifted')) return null;
  return { id, status, version, ...parsed.data };
}

/** What is held now. Rows that cannot be read are left out: the gate alone says what those stop. */
export async function holdsNow(records: Pick<RecordStore, 'list'>): Promise<readonly Hold[]> {
  const rows = await records.list({ kind: 'hold', status: ['active', 'reviewed'] });
  return rows.flatMap((row) => holdOfRow(row) ?? []);
}

const systemState = z.object({
  vendors: z.array(z.string()).default([]),
  versions: z
    .array(
      z.object({
        digest: z.string(),
        vendors: z.array(z.string()).default([]),
        alias: z.object({ dueAt: z.iso.datetime(), changedAt: z.iso.datetime().nullable() }).optional(),
      }),
    )
    .default([]),
});

/** The watch over the floating alias behind a digest; null where nothing floats, `unreadable` for a damaged row. */
export function aliasOfRow(row: RecordRow | null, digest: string): AliasWatch | null | 'unreadable' {
  if (row === null) return null;
  const parsed = systemState.safeParse(row.state);
  if (!parsed.success) return 'unreadable';
  return parsed.data.versions.find((version) => version.digest === digest)?.alias ?? null;
}

/**
 * Vendors behind a digest: those of its version and those of the whole system. A version whose parts are unknown is
 * taken to rest on every vendor that any version of the system rests on: closed by default.
 */
export function vendorsOfRow(row: RecordRow | null, digest: string): readonly string[] {
  const parsed = systemState.safeParse(row?.state);
  if (!parsed.success) return [];
  const { vendors, versions } = parsed.data;
  const known = versions.find((version) => version.digest === digest);
  const all = known && known.vendors.length > 0 ? known.vendors : versions.flatMap((version) => version.vendors);
  return [...new Set([...vendors, ...all])];
}
