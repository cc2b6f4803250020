/** What a start prints: one line a step with its time, then the address (screens.md, "Terminal"). */

export type Steps = {
  /** A step that is done; milliseconds since the one before, unless given. */
  done(text: string, ms?: number): void;
  /** A line without a time. */
  say(text: string): void;
};

/** Prints to a writer; `now` in milliseconds, monotonic. */
export function createSteps(write: (line: string) => void, now: () => number): Steps {
  let last = now();
  return {
    done(text, ms) {
      const took = ms ?? now() - last;
      last = now();
      write(`  ${text.padEnd(58)} ${seconds(took)}\n`);
    },
    say(text) {
      write(`${text}\n`);
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(6)} s`;
}
