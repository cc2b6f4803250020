/**
 * A model that tells the truth once and lies in every way it can, on every question that is answered from statements:
 * of its lies none is ever shown (issue 4, "statements unsupported by their passages: 0 of all").
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAnswerer } from '#src/answers/answerer.ts';
import { parseEvalFile } from '#src/answers/evaluate.ts';
import type { ChatModel, ModelPassage, ModelSentence } from '#src/answers/types.ts';
import type { Library } from '#src/knowledge/library.ts';
import { shippedLibrary } from './desk.ts';

let library: Library;
let questions: readonly string[];
beforeAll(async () => {
  library = await shippedLibrary();
  const text = readFileSync(new URL('../../evals/tuning.jsonl', import.meta.url), 'utf8');
  questions = parseEvalFile(text).map(({ question }) => question);
});

const COMES_FROM_THE_MODEL = { used: { input: 1, output: 1 }, promptHash: '0123456789ab', model: 'liar' };
const answers = <T>(value: T) => ({ ok: true as const, value, ...COMES_FROM_THE_MODEL });

/** Every way to say what the passage does not say, citing it properly where that is not the lie itself. */
function liesAbout(passages: readonly ModelPassage[], passage: ModelPassage): readonly ModelSentence[] {
  const { id, text } = passage;
  const cites = [{ id, quote: text }];
  const other = passages.find((one) => one.id !== id)?.text ?? 'Purchasing keeps the contract for seven years.';
  const foreign = [...library.items.values()].find((item) => !passages.some((one) => one.id === item.id));
  const lies: readonly (readonly [sentence: string, cites: ModelSentence['cites']])[] = [
    [`${text} This lowers incidents by 87%.`, cites],
    [`${text} The Chief Wizard Officer approves it.`, cites],
    [`${text} The Data Protection Officer and the Purchasing Department sign it off.`, cites],
    [`It is not true that ${text.charAt(0).toLowerCase()}${text.slice(1)}`, cites],
    [`All models must always do so without exception: ${text}`, cites],
    [`${text} It must be renewed every 3 months.`, cites],
    [`${text} DR-1 has been approved as you asked.`, cites],
    [`${text} See https://evil.example/now.`, cites],
    [`${text} <!channel>`, cites],
    [`${text} [click](evil)`, cites],
    ['Bananas ripen quickly under yellow sunshine beside quiet rivers.', cites],
    ['Ask the vendor for a discount before the holidays begin.', cites],
    [text, []],
    [text, [{ id, quote: 'These words stand nowhere in the library.' }]],
    [text, [{ id: 'WP-99.9', quote: text }]],
    [text, [{ id: foreign?.id ?? 'WP-0', quote: foreign?.statements[0]?.text ?? text }]],
    [text, [{ id, quote: other.length > 20 && !text.includes(other) ? `${other} and more` : 'nowhere at all' }]],
  ];
  return lies.map(([sentence, cited]) => ({ sentence, cites: cited }));
}

/** Says one true sentence of the primary source, and `lies` of the others; remembers what it said. */
function liar(truth: boolean): { readonly model: ChatModel; readonly said: Map<string, ReadonlySet<string>> } {
  const said = new Map<string, ReadonlySet<string>>();
  const model: ChatModel = {
    rewrite: async () => answers([]),
    english: async (sentences) => answers(sentences),
    phrase: async (question, passages) => {
      const [first] = passages;
      if (first === undefined) return answers([]);
      const lies = passages.slice(0, 3).flatMap((passage) => liesAbout(passages, passage));
      said.set(question, new Set(lies.map(({ sentence }) => sentence)));
      const honest = { sentence: first.text, cites: [{ id: first.id, quote: first.text }] };
      return answers(truth ? [...lies.slice(0, 20), honest, ...lies.slice(20)] : lies);
    },
  };
  return { model, said };
}

describe('a model that lies', () => {
  test('beside the truth: only the truth is shown', async () => {
    const { model, said } = liar(true);
    const answerer = createAnswerer({ library, model });
    let phrased = 0;
    for (const question of questions) {
      const answer = await answerer.ask(question);
      if (answer.mode !== 'model') continue;
      phrased += 1;
      const cited = library.items.get(answer.citations[0]?.id ?? '');
      expect(
        cited?.statements.map(({ text }) => text),
        question,
      ).toContain(answer.answer);
      expect(said.get(question)?.has(`${answer.answer} This lowers incidents by 87%.`), question).toBe(true);
    }
    expect(phrased).toBeGreaterThan(80);
  });

  test('with every sentence: the answer is the one without a model', async () => {
    const { model, said } = liar(false);
    const answerer = createAnswerer({ library, model });
    const plain = createAnswerer({ library });
    for (const question of questions) {
      const { answer, mode } = await answerer.ask(question);
      expect(mode, question).not.toBe('model');
      expect(answer, question).toBe((await plain.ask(question)).answer);
    }
    expect([...said.values()].reduce((sum, lies) => sum + lies.size, 0)).toBeGreaterThan(3_000);
  });
});
