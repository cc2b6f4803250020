/** What a file's fate means for the requests that rest on it: each is looked at again, and its thread says why. */
import { isOpen, OPEN_STATUSES } from '#src/approvals/timers.ts';
import { type Reach, wordsFor } from '#src/systems/evidence-files.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import { readEvents } from '../streams/stream.ts';
import { foldFile } from './evidence.ts';

export type FileFollowerDeps = {
  readonly ledger: Pick<Ledger, 'listRequests' | 'readStream'>;
  readonly requests: Pick<Desk, 'read' | 'act'>;
};

/** "ticket-router, churn", or "the whole organisation". */
export function reachWords({ systems, organisation }: Reach): string {
  return organisation ? 'the whole organisation' : systems.join(', ');
}

const REQUESTS_MAX = 10_000;

/**
 * Notes in every open request that names the file what became of it, in the name of whoever did that. The note makes
 * `decide` look again, so that the last piece of evidence completes an approval. Safe to call again.
 */
export async function followFile({ ledger, requests }: FileFollowerDeps, sha256: string): Promise<void> {
  const events = await readEvents(ledger, `file:${sha256}`);
  const file = foldFile(events);
  const last = events.at(-1);
  if (file === null || last === undefined) return;
  const what = file.kind.replace(/-/g, ' ');
  const hash = `sha256 ${sha256.slice(0, 12)}…`;
  const word = wordsFor(file).at(-1);
  const text =
    file.withdrawn || word === undefined
      ? `The file of the ${what} (${hash}) was taken back.`
      : last.type === 'file.withdrawn'
        ? `Somebody's word for the file of the ${what} (${hash}), for further systems, was taken back.`
        : `The file of the ${what} (${hash}) is attested as ${word.role}, for ${reachWords(word)}.`;
  for (const { id } of await ledger.listRequests({ status: OPEN_STATUSES, limit: REQUESTS_MAX })) {
    const record = await requests.read(id);
    if (record === null || !isOpen(record.state)) continue;
    if (!record.state.document.evidence.some((item) => item.sha256 === sha256)) continue;
    const commandId = `file:${sha256.slice(0, 24)}:${file.eventCount}:${id}`;
    await requests.act(id, { type: 'comment', commandId, by: last.actor, text });
  }
}
