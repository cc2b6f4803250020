/**
 * YAML text to plain data, with the line of every value, so that an error about a knowledge file can say where.
 * Refuses what a person never writes: alias bombs, duplicate keys, files above 4 MB.
 */

import type { Document } from 'yaml';
import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml';

/** Largest YAML file read, in bytes. */
export const MAX_YAML_BYTES = 4 * 1024 * 1024;

/** Path of a value inside the file: keys and 0-based indexes. */
export type ValuePath = readonly (string | number)[];

/** A parsed file: plain data and a look-up from a path to its 1-based line. */
export type ParsedYaml = { readonly data: unknown; readonly lineOf: (path: ValuePath) => number };

/** Why a text was not read. `line` is 1-based. */
export type YamlProblem = { readonly line: number; readonly message: string };

export type YamlResult =
  | { readonly ok: true; readonly value: ParsedYaml }
  | { readonly ok: false; readonly reason: 'too_large' | 'not_yaml'; readonly problems: readonly YamlProblem[] };

/**
 * Parses one YAML document. Never throws: what is wrong with the text comes back as problems with lines.
 * Aliases are limited to 50 expansions, which stops "billion laughs" files.
 */
export function parseYamlText(text: string): YamlResult {
  if (Buffer.byteLength(text, 'utf8') > MAX_YAML_BYTES) {
    return { ok: false, reason: 'too_large', problems: [{ line: 1, message: 'larger than 4 MB' }] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false, strict: true });
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, 20).map((error) => ({
      line: lineCounter.linePos(error.pos[0]).line,
      message: error.message,
    }));
    return { ok: false, reason: 'not_yaml', problems };
  }
  try {
    const data: unknown = document.toJS({ maxAliasCount: 50 });
    return { ok: true, value: { data, lineOf: (path) => lineOf(document, lineCounter, path) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    return { ok: false, reason: 'not_yaml', problems: [{ line: 1, message }] };
  }
}

/** Line of the deepest node on the path that exists. */
function lineOf(document: Document, counter: LineCounter, path: ValuePath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((candidate) => isPair(candidate) && keyOf(candidate.key) === String(step));
      if (pair === undefined) break;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else break;
  }
  return counter.linePos(offset).line;
}

function keyOf(key: unknown): string {
  if (isNode(key)) {
    const value: unknown = key.toJSON();
    return String(value);
  }
  return String(key);
}
