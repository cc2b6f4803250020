/** Items that requests and exceptions cite, read from the database where there is one. */
import { citationsOf } from '#src/delivery/answers/citations.ts';
import type { Affected, Citation } from '#src/knowledge/packs/affected.ts';
import type { CliContext } from '../context.ts';
import { deskOf } from '../reading.ts';
import { databaseConfig, wasStarted, withSession } from '../session.ts';
import { table } from '../terminal.ts';

/** Citations of every request that is kept; none where Countersign was never started. */
export async function requestCitations(context: CliContext): Promise<readonly Citation[]> {
  const started = await wasStarted(databaseConfig(context)).catch(() => false);
  if (!started) return [];
  return withSession(context, (session) => citationsOf(session.stores.ledger, deskOf(session, context)));
}

/** Lines for people: each request with the item and why to look at it again. Empty where none is affected. */
export function affectedLines(affected: readonly Affected[]): readonly string[] {
  if (affected.length === 0) return [];
  const rows = affected.map((entry) => [entry.subject, `${entry.itemId} (${entry.because.replace('_', ' ')})`]);
  return ['', `Requests that cite what changed (${affected.length})`, ...table(rows, '  ')];
}
