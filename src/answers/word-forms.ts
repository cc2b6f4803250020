/** Words beside the words of the items: those a question may use, those spelt nearly alike, those with the same beginning. */
import type { Library } from '#src/knowledge/library.ts';
import { isStopWord, tokens, trigrams } from './text.ts';

/** Role names and glossary words are words a question may use, so they are not spelling mistakes. */
export function noteRoleWords(library: Library, words: Map<string, number>): void {
  const note = (text: string): void => {
    for (const { word } of tokens(text)) if (word.length > 2) words.set(word, (words.get(word) ?? 0) + 1);
  };
  for (const role of library.roles.roles) for (const name of [role.name, ...role.spellings]) note(name);
  for (const entry of library.glossary.everyday) for (const phrase of [...entry.say, ...entry.means]) note(phrase);
  for (const [short, long] of Object.entries(library.glossary.abbreviations)) {
    note(short);
    note(long);
  }
}

const KIN_PREFIX = 5;

/** Stems that share their beginning, up to what the shorter of the two has to spare. */
export function kinOf(rows: ReadonlyMap<string, unknown>): (word: string) => readonly string[] {
  let families: ReadonlyMap<string, readonly string[]> | null = null;
  return (word) => {
    families ??= familiesOf(rows);
    return (families.get(word.slice(0, KIN_PREFIX)) ?? []).filter((other) => other !== word && isKin(word, other));
  };
}

function familiesOf(rows: ReadonlyMap<string, unknown>): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  for (const word of rows.keys()) {
    if (word.length < KIN_PREFIX || /\d/.test(word)) continue;
    const key = word.slice(0, KIN_PREFIX);
    const family = families.get(key);
    if (family === undefined) families.set(key, [word]);
    else family.push(word);
  }
  return families;
}

/** `verif` and `verifi`, `anonym` and `anonymous`: one begins with the other, or they differ in at most two last letters. */
function isKin(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same += 1;
  return (
    same >= KIN_PREFIX && (same === shorter ? Math.abs(a.length - b.length) <= 4 : shorter - same <= 2 && same >= 6)
  );
}

export function trigramIndex(words: ReadonlyMap<string, number>): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const word of words.keys()) {
    if (word.length < 4 || isStopWord(word) || /\d/.test(word)) continue;
    for (const gram of new Set(trigrams(word))) {
      const list = index.get(gram);
      if (list === undefined) index.set(gram, [word]);
      else list.push(word);
    }
  }
  return index;
}
