import type { Commit, CommitResult } from '#src/delivery/ports.ts';

/** Streams and commands that are remembered, each. */
const REMEMBERED_MAX = 2_000;

/**
 * Commits of this process one after the other. They would wait for each other at the database's log head anyway; here
 * a waiting commit that has already lost (its command, its place in the stream or its time is taken by one before it)
 * is answered without asking the database. What is remembered is committed and only grows, so such an answer is always
 * true; other replicas' commits are found by the statement itself.
 */
export function inOrder(commit: (commit: Commit) => Promise<CommitResult>): (commit: Commit) => Promise<CommitResult> {
  const seqs = new Map<string, number>();
  const commands = new Map<string, true>();
  let lastAt: Date | null = null;
  let tail: Promise<unknown> = Promise.resolve();

  const lost = (next: Commit): CommitResult | null => {
    if (next.events.some((event) => commands.has(commandKey(event)))) return { ok: false, reason: 'duplicate_command' };
    if (next.events.some(({ stream, seq }) => seq <= (seqs.get(stream) ?? 0))) {
      return { ok: false, reason: 'version_conflict' };
    }
    const known = lastAt;
    if (known && next.events.some(({ at }) => at < known)) {
      return { ok: false, reason: 'time_behind_log', lastAt: known };
    }
    return null;
  };

  const one = async (next: Commit): Promise<CommitResult> => {
    const answer = lost(next);
    if (answer) return answer;
    const result = await commit(next);
    if (!result.ok) return result;
    for (const event of next.events) {
      keep(seqs, event.stream, Math.max(event.seq, seqs.get(event.stream) ?? 0));
      keep(commands, commandKey(event), true);
      if (lastAt === null || event.at > lastAt) lastAt = event.at;
    }
    return result;
  };

  return (next) => {
    const result = tail.then(() => one(next));
    tail = result.catch(() => undefined);
    return result;
  };
}

function commandKey(event: { readonly commandId: string; readonly ordinal: number }): string {
  return `${event.ordinal} ${event.commandId}`;
}

/** Sets the newest and drops the oldest beyond the limit. */
function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > REMEMBERED_MAX && !oldest.done) map.delete(oldest.value);
}
