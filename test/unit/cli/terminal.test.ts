import { describe, expect, it } from 'vitest';
import { count, instant, paragraph, printable, table } from '#src/cli/terminal.ts';

describe('paragraph', () => {
  it('when a text is long, it is wrapped to 80 columns with its indents', () => {
    const lines = paragraph('word '.repeat(60), '- ', '  ');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(/^- word/);
    expect(lines[1]).toMatch(/^ {2}word/);
  });

  it('when a word is longer than a line, it stays whole', () => {
    const word = 'x'.repeat(120);
    expect(paragraph(`a ${word} b`)).toContain(word);
  });

  it('when a text has lines of its own, they are kept', () => {
    expect(paragraph('one\n\n two ')).toEqual(['one', 'two']);
  });
});

describe('table', () => {
  it('when cells differ in width, columns line up and the last one wraps', () => {
    const lines = table([
      ['a', 'long text '.repeat(12)],
      ['longer', ''],
    ]);
    expect(lines[0]).toMatch(/^a {7}long/);
    expect(lines[1]).toMatch(/^ {8}\S/);
    expect(lines.at(-1)).toBe('longer');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('when there are no rows, there are no lines', () => {
    expect(table([])).toEqual([]);
  });
});

describe('printable', () => {
  it('when a text carries what a terminal obeys, that is gone; line breaks and tabs stay', () => {
    expect(printable('a\u001b[31mb\u009bc\u202ed\r\n\te\u0000')).toBe('a[31mbcd\n\te');
  });
});

describe('words', () => {
  it('when there is one, the word is singular', () => {
    expect([count(1, 'entry', 'entries'), count(0, 'entry', 'entries'), count(2, 'key')]).toEqual([
      '1 entry',
      '0 entries',
      '2 keys',
    ]);
  });

  it('when an instant is printed, it is in UTC whatever the time zone of the process', () => {
    expect(instant(new Date('2026-11-21T01:17:59.999Z'))).toBe('2026-11-21 01:17 UTC');
  });
});
