/** What changed between two texts, word by word (longest common subsequence). */

/** A run of words that both texts have, only the first has, or only the second has. */
export type WordRun = { readonly op: 'same' | 'removed' | 'added'; readonly text: string };

/** Above this many word pairs the texts are shown whole; nobody reads such a diff. */
const MAX_CELLS = 4_000_000;

/** Runs in reading order; joining `same` and `added` gives `after`, `same` and `removed` gives `before`. */
export function wordDiff(before: string, after: string): readonly WordRun[] {
  const a = before.split(/\s+/).filter((word) => word !== '');
  const b = after.split(/\s+/).filter((word) => word !== '');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const runs: { op: WordRun['op']; words: string[] }[] = [];
  const push = (op: WordRun['op'], words: readonly string[]): void => {
    if (words.length === 0) return;
    const last = runs.at(-1);
    if (last?.op === op) last.words.push(...words);
    else runs.push({ op, words: [...words] });
  };
  push('same', a.slice(0, head));
  middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), push);
  push('same', a.slice(a.length - tail));
  return runs.map(({ op, words }) => ({ op, text: words.join(' ') }));
}

function middle(
  a: readonly string[],
  b: readonly string[],
  push: (op: WordRun['op'], words: readonly string[]) => void,
): void {
  if (a.length * b.length > MAX_CELLS) {
    push('removed', a);
    push('added', b);
    return;
  }
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      table[at] =
        a[i] === b[j] ? (table[at + width + 1] ?? 0) + 1 : Math.max(table[at + width] ?? 0, table[at + 1] ?? 0);
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const at = i * width + j;
    if (a[i] === b[j]) {
      push('same', [a[i] ?? '']);
      i++;
      j++;
    } else if ((table[at + width] ?? 0) >= (table[at + 1] ?? 0)) push('removed', [a[i++] ?? '']);
    else push('added', [b[j++] ?? '']);
  }
  push('removed', a.slice(i));
  push('added', b.slice(j));
}

/** `the [-old-] {+new+} owner`: removed words in `[-…-]`, added ones in `{+…+}`. */
export function wordDiffText(runs: readonly WordRun[]): string {
  return runs
    .map(({ op, text }) => (op === 'same' ? text : op === 'removed' ? `[-${text}-]` : `{+${text}+}`))
    .join(' ');
}

/** Share of words two texts have in common, 0 to 1 (Jaccard over lower-case words without punctuation). */
export function likeness(a: string, b: string): number {
  const words = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const [x, y] = [words(a), words(b)];
  if (x.size === 0 && y.size === 0) return 1;
  let common = 0;
  for (const word of x) if (y.has(word)) common++;
  return common / (x.size + y.size - common);
}
