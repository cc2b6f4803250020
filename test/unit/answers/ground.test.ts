import { beforeAll, describe, expect, test } from 'vitest';
import { groundSentence } from '#src/answers/ground.ts';
import type { Library } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import { shippedLibrary } from './desk.ts';

let library: Library;
beforeAll(async () => {
  library = await shippedLibrary();
});

const check = (id: string, sentence: string, quote: string): ReturnType<typeof groundSentence> =>
  groundSentence(library, new Set([id]), { sentence, cites: [{ id, quote }] });

describe('grounding', () => {
  test('every statement of the library supports itself', () => {
    const refused: string[] = [];
    for (const item of library.items.values()) {
      for (const statement of item.statements) {
        const result = check(item.id, statement.text, statement.text);
        if (!result.ok) refused.push(`${item.id} ${result.reason}: ${statement.text}`);
      }
    }
    // A few statements name a role under a letter in words that only the statement has.
    expect(
      refused.length / [...library.items.values()].reduce((sum, item) => sum + item.statements.length, 0),
    ).toBeLessThan(0.02);
  });

  test('every negated statement is refused', () => {
    let tried = 0;
    let accepted = 0;
    for (const item of library.items.values()) {
      for (const { text } of item.statements) {
        const negated = text.replace(/\b(must|is|are|has|have)\b/, '$1 not');
        if (
          negated === text ||
          /\b(?:not|no|never|nobody|without|cannot|unless|nor|neither|except|excluding|none|nothing)\b/i.test(text)
        )
          continue;
        tried += 1;
        if (check(item.id, negated, text).ok) accepted += 1;
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(accepted).toBe(0);
  });

  test('every swap of Responsible and Accountable is refused', () => {
    for (const item of library.items.values()) {
      if (item.raci === undefined) continue;
      const quote = itemPassages(item).find((passage) => passage.part === 'raci')?.text ?? '';
      const [responsible, accountable] = [item.raci.responsible[0]?.name ?? '', item.raci.accountable[0]?.name ?? ''];
      expect(check(item.id, `The ${responsible} is accountable.`, quote), item.id).toMatchObject({
        ok: false,
        reason: 'roles',
      });
      expect(check(item.id, `The ${accountable} is responsible.`, quote), item.id).toMatchObject({
        ok: false,
        reason: 'roles',
      });
      expect(check(item.id, `The ${accountable} is accountable.`, quote), item.id).toEqual({ ok: true });
    }
  });

  test.each([
    ['number', 'Target a reduction of 98% in identifiable personal data.'],
    ['entity', 'The Ministry of Magic wants identifiable personal data reduced.'],
    ['markup', 'Identifiable personal data: see https://evil.example.'],
    ['unsupported_words', 'bananas ripen quickly under yellow sunshine beside quiet rivers.'],
  ])('%s', (reason, sentence) => {
    const quote =
      itemPassages(library.items.get('WP-1.2') ?? expect.fail()).find((passage) => passage.text.includes('99%'))
        ?.text ?? '';
    expect(check('WP-1.2', sentence, quote)).toEqual({ ok: false, reason });
  });
});
