/**
 * The process that builds an index, started by build-apart.ts. It lives no longer than the server that started it: when
 * their channel closes, it ends, whatever it was doing.
 */
import type { VectorEntry } from '#src/answers/types.ts';
import { buildIndex } from './build-index.ts';
import type { BuildOrder, BuildReport } from './build-messages.ts';
import { openEmbedder } from './embedder-settings.ts';

const MESSAGE_MAX = 2_000;

type Task = Extract<BuildOrder, { kind: 'task' }>;

const entries: VectorEntry[] = [];
let task: Task | null = null;

process.on('disconnect', () => process.exit(1));
process.on('message', (order: BuildOrder) => {
  if (order.kind === 'task') task = order;
  else if (order.kind === 'entries') entries.push(...order.entries);
  else if (task !== null) void work(task);
});

async function work({ root, path, key, embedder }: Task): Promise<void> {
  try {
    const built = await buildIndex({
      root,
      path,
      key,
      entries,
      embedder: await openEmbedder(embedder),
      progress: (progress) => tell({ kind: 'progress', ...progress }),
    });
    tell({ kind: 'built', ...built });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ kind: 'failed', message: message.slice(0, MESSAGE_MAX) });
  }
}

function tell(report: BuildReport): void {
  process.send?.(report);
}
