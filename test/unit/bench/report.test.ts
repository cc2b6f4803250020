import { expect, test } from 'vitest';
import { headLines, type Line, percentile, reaches, tableLines } from '../../../scripts/bench/report.ts';

test('a figure is held against its bar, on the right side of it', () => {
  const figure = { what: 'x', value: 10, unit: 'ms' } as const;
  expect(reaches(figure)).toBeNull();
  expect(reaches({ ...figure, bar: { below: 10 } })).toBe(false);
  expect(reaches({ ...figure, bar: { below: 10.1 } })).toBe(true);
  expect(reaches({ ...figure, bar: { atLeast: 10 } })).toBe(true);
  expect(reaches({ ...figure, bar: { atLeast: 10.1 } })).toBe(false);
  expect(reaches({ ...figure, value: Number.NaN, bar: { below: 10 } })).toBe(false);
});

test('percentiles are values that were measured', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentile(values, 0.5)).toBe(51);
  expect(percentile(values, 0.99)).toBe(100);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile([], 0.5)).toBeNaN();
  expect(values[0]).toBe(100);
});

test('no line of the table is wider than 80 columns, and a miss says so', () => {
  const lines: readonly Line[] = [
    { kind: 'figure', figure: { what: 'y'.repeat(90), value: 1_234_567, unit: '/s', bar: { atLeast: 2_000_000 } } },
    { kind: 'figure', figure: { what: 'short', value: 0.123, unit: 'µs', bar: { below: 50 }, peer: '0.46x Mini' } },
    { kind: 'note', text: 'word '.repeat(60) },
    { kind: 'skipped', what: 'import', why: 'the shared folder is not beside this checkout' },
  ];
  const all = [...headLines(), ...lines.flatMap(tableLines)];
  expect(all.filter((line) => line.length > 80)).toEqual([]);
  expect(tableLines(lines[0] as Line)[0]).toMatch(/ MISS$/);
  expect(tableLines(lines[1] as Line)[0]).toMatch(/ ok +0\.46x Mini$/);
});
