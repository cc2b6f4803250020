/**
 * Names that look alike. A name's skeleton is what an eye makes of it (after Unicode UTS #39, 4 "Confusable Detection"):
 * letters of other alphabets become the Latin ones they are drawn like, and what nobody tells apart at a glance (case,
 * separators, 0 and o, 1, l and i) falls together. Two names with one skeleton may still be two systems: that is asked.
 */
import { systemKeyOf } from './names.ts';

/** Latin letter -> letters drawn like it (confusables.txt of Unicode 17, letters of living alphabets, small forms). */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  a: 'аαɑ',
  b: 'ьƅЬ',
  c: 'сϲⲥ',
  d: 'ԁɗ',
  e: 'еєҽε',
  f: 'ғƒ',
  g: 'ɡցԍ',
  h: 'һհ',
  i: 'іιıӏ',
  j: 'јϳ',
  k: 'кκĸ',
  l: 'ⅼӏɩ',
  m: 'мⅿ',
  n: 'пոη',
  o: 'оοօσ',
  p: 'рρ',
  q: 'ԛգ',
  r: 'гᴦ',
  s: 'ѕʂ',
  t: 'тτ',
  u: 'υսս',
  v: 'νѵ',
  w: 'ѡωԝ',
  x: 'хχ',
  y: 'уүγ',
  z: 'ᴢʐ',
};
const LATIN: ReadonlyMap<string, string> = new Map(
  Object.entries(DRAWN_LIKE).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/** What an eye makes of a name; empty where nothing is left. */
export function skeletonOf(name: string): string {
  const folded = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return [...folded]
    .map((letter) => LATIN.get(letter) ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[i1|]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w');
}

/** The first known name of another system that this one looks like; null for none, or where the name itself is known. */
export function looksLike(name: string, known: readonly string[]): string | null {
  const key = systemKeyOf(name);
  if (known.some((other) => systemKeyOf(other) === key)) return null;
  const skeleton = skeletonOf(name);
  return skeleton === '' ? null : (known.find((other) => skeletonOf(other) === skeleton) ?? null);
}
