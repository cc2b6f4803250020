/** Words of a command; quotes keep a name with blanks together. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/["“”]([^"“”]*)["“”]|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
