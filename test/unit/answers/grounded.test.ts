/** Without a model, too, nothing is said that does not stand in what is cited. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import { parseEvalFile } from '#src/answers/evaluate.ts';
import { isQuoteOf } from '#src/answers/ground.ts';
import type { Answer } from '#src/answers/types.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import { desk } from './desk.ts';

let answerer: Answerer;
let answered: readonly Answer[];
beforeAll(async () => {
  answerer = await desk();
  const files = ['tuning', 'second', 'fresh'].map((name) => new URL(`../../evals/${name}.jsonl`, import.meta.url));
  const questions = files.flatMap((file) => parseEvalFile(readFileSync(file, 'utf8')).map(({ question }) => question));
  const all: Answer[] = [];
  for (const question of questions) all.push(await answerer.ask(question));
  answered = all.filter(({ abstained }) => !abstained);
});

/** What an extractive answer says of its own: where a statement stands, and what joins two of them. */
const CONNECTING: readonly RegExp[] = [
  /\b[Tt]he (?:AI Security Policy|AI security policy|[Ww]hitepaper|[\w -]{3,60}guide[\w -]{0,30})(?: \(binding\))?(?:, (?:clause|section) [\w.-]+)?(?: \((?:binding|a reference)\))?/g,
  /\b[A-Z]{3}-\d{2} \([^)]*\)/g,
  /\b(?:Also|Yes|No|Recommended|Not recommended):/g,
  // Facts of a table beside the statements of another part of the question.
  /[\w /&(),-]+ (?:is|are) (?:accountable|responsible|consulted|informed)\b[^.]*\./g,
  /The guardrails? for [\w ,&/-]+? (?:is|are)[\s,]*(?:and)?\s*\./g,
  /[A-Z]{3}-\d{2} maps to [\s\S]*$/g,
  /The documents I work from do not answer this\.(?: Nearest:[^.]*(?:\.\d[^.]*)*\.)?(?: Who could know:[^.]*(?:\.\d[^.]*)*\.)?/g,
];

describe('answers without a model', () => {
  test('cite, and every quote stands in the item it names', () => {
    expect(answered.length).toBeGreaterThan(900);
    for (const { question, citations } of answered) {
      expect(citations.length, question).toBeGreaterThan(0);
      for (const { id, quote, hash } of citations) {
        const item = answerer.library.items.get(id);
        expect(item?.hash, question).toBe(hash);
        expect(item !== undefined && isQuoteOf(item, quote), `${question}: ${quote}`).toBe(true);
      }
    }
  });

  test('an extractive one is made of the statements of the items it cites, and of nothing else', () => {
    const extractive = answered.filter(({ mode }) => mode === 'extractive');
    expect(extractive.length).toBeGreaterThan(200);
    const left: string[] = [];
    for (const { question, answer, citations } of extractive) {
      const passages = citations
        .map(({ id }) => answerer.library.items.get(id) ?? never())
        .flatMap((item) => [...itemPassages(item).map(({ text }) => text), ...item.guardrails])
        .map((text) => text.trim().replace(/[.!?]$/, ''))
        .flatMap((text) => [text, `${text.charAt(0).toUpperCase()}${text.slice(1)}`])
        .sort((x, y) => y.length - x.length);
      const own = passages.reduce((rest, text) => rest.replaceAll(text, ' '), answer);
      const rest = CONNECTING.reduce((text, words) => text.replace(words, ' '), own).replace(/[\s.;:,()?]+/g, ' ');
      if (rest.trim() !== '') left.push(`${question} => ${rest}`);
    }
    expect(left).toEqual([]);
  });
});

describe('a quote', () => {
  test.each<[string, boolean]>([
    ['canary', true],
    ['', false],
    ['   ', false],
    ['no such words are in it', false],
  ])('%j', (quote, stands) => {
    const item = answerer.library.items.get('WP-2.6.1') ?? never();
    expect(isQuoteOf(item, quote)).toBe(stands);
  });

  test('may be several whole passages, and not one word more', () => {
    const item = answerer.library.items.get('WP-2.6.1') ?? never();
    const [first, second] = item.statements.map(({ text }) => text);
    expect(isQuoteOf(item, `${second} ${first}`)).toBe(true);
    expect(isQuoteOf(item, `${second} moreover ${first}`)).toBe(false);
  });
});

function never(): never {
  throw new Error('the item is not there');
}
