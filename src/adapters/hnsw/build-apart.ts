/**
 * Builds an index in a process of its own: the event loop of the server stays free, LangChain stays out of its memory,
 * and a crash in native code costs the build and nothing else.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { VectorEntry } from '#src/answers/types.ts';
import type { BuildInput, Built } from './build-index.ts';
import { type BuildOrder, buildReportSchema } from './build-messages.ts';
import type { EmbedderSettings } from './embedder-settings.ts';
import { VectorIndexError } from './errors.ts';

const CHILD = fileURLToPath(new URL('./build-child.ts', import.meta.url));
/** Texts a message; between two of them the server does other things. */
const PORTION = 500;

export type ApartInput = Omit<BuildInput, 'embedder' | 'entries'> & {
  readonly entries: Iterable<VectorEntry>;
  readonly embedder: EmbedderSettings;
  /** Told the process id of the builder. */
  readonly started?: ((pid: number) => void) | undefined;
};

/**
 * Builds as `buildIndex` does. The builder has ended when this settles.
 * @throws VectorIndexError `build_failed`, `build_ended`; the signal's reason when it was aborted
 */
export async function buildApart(input: ApartInput): Promise<Built> {
  input.signal?.throwIfAborted();
  // A group of its own: Ctrl-C in the terminal reaches the server, which ends the builder in order.
  const child = fork(CHILD, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const ended = endOf(child);
  const reported = reportOf(child, ended, input);
  input.signal?.addEventListener('abort', kill, { once: true });
  try {
    if (child.pid !== undefined) input.started?.(child.pid);
    await Promise.all([send(child, input), reported]);
    return await reported;
  } catch (error) {
    input.signal?.throwIfAborted();
    throw error;
  } finally {
    input.signal?.removeEventListener('abort', kill);
    kill();
    await ended;
  }
}

/** How the process ended, in words; resolves once, also where it could not be started. */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return signal === null ? `exit ${code}` : `signal ${signal}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What the builder reports at the end; an end without a report is a failure. */
function reportOf(child: ChildProcess, ended: Promise<string>, input: ApartInput): Promise<Built> {
  return new Promise<Built>((resolve, reject) => {
    child.on('message', (message) => {
      const { data: report, error } = buildReportSchema.safeParse(message);
      if (report === undefined) reject(new VectorIndexError('build_failed', error.message));
      else if (report.kind === 'progress') {
        const { kind: _, ...progress } = report;
        input.progress?.(progress);
      } else if (report.kind === 'built') resolve({ embedded: report.embedded, vectors: report.vectors });
      else reject(new VectorIndexError('build_failed', report.message));
    });
    void ended.then((how) =>
      reject(new VectorIndexError('build_ended', `The process that built the index ended by itself (${how}).`)),
    );
  });
}

async function send(child: ChildProcess, input: ApartInput): Promise<void> {
  const { root, path, key, embedder } = input;
  await tell(child, { kind: 'task', root, path, key, embedder });
  let portion: VectorEntry[] = [];
  for (const entry of input.entries) {
    portion.push(entry);
    if (portion.length < PORTION) continue;
    await tell(child, { kind: 'entries', entries: portion });
    portion = [];
    await yieldToLoop();
  }
  await tell(child, { kind: 'entries', entries: portion });
  await tell(child, { kind: 'build' });
}

/** Sends one message. A closed channel is no error here: how the process ended says more. */
function tell(child: ChildProcess, order: BuildOrder): Promise<void> {
  return new Promise((resolve) => {
    if (!child.connected) resolve();
    else child.send(order, () => resolve());
  });
}
