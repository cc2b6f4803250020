/** What the terminal says while the vector index is built. */
import type { BuildProgress } from '#src/adapters/hnsw/build-index.ts';

/** A line at most so often. */
const EVERY_MS = 2_000;

/** Prints how far a build is: items, passages, seconds left; `now` in milliseconds, monotonic. */
export function indexProgress(
  say: (line: string) => void,
  now: () => number,
): { report(progress: BuildProgress): void; done(vectors: number, embedded: number): void } {
  const since = now();
  let last = since;
  let items = 0;
  return {
    report(progress) {
      items = progress.items;
      if (now() - last < EVERY_MS || progress.done >= progress.total) return;
      last = now();
      say(progressLine(progress, last - since));
    },
    done(vectors, embedded) {
      const took = ((now() - since) / 1000).toFixed(1);
      say(
        `Vector index ready: ${number(items)} items, ${number(vectors)} passages (${number(embedded)} new) in ${took} s.`,
      );
    },
  };
}

/** One line; what is left is reckoned from what was done, so the first lines know least. */
export function progressLine({ done, total, items }: BuildProgress, elapsedMs: number): string {
  const left = done === 0 ? null : Math.ceil(((elapsedMs / done) * (total - done)) / 1000);
  const end = left === null ? '' : `, about ${number(left)} s left`;
  return `Indexing: ${number(items)} items, ${number(done)} of ${number(total)} passages${end}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
