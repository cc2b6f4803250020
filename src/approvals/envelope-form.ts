/** The bounds of a change envelope and the measures of a version, as people write them: one a line. Pure. */
import type { Envelope } from './document.ts';

const LINE = /^([a-z][a-z0-9_.-]{0,59})\s*(>=|<=|≥|≤|=|:)\s*(-?\d{1,12}(?:\.\d{1,9})?)$/i;

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const lines = (text: string): readonly string[] =>
  text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** `accuracy >= 0.92`, `false_positive_rate <= 0.1`; two lines about one metric are its two ends. */
export function readBounds(text: string): Read<Envelope['metrics']> {
  const metrics = new Map<string, { min: number | null; max: number | null }>();
  for (const line of lines(text)) {
    const [, name = '', sign = '', number = ''] = LINE.exec(line) ?? [];
    const end = sign === '>=' || sign === '≥' ? 'min' : sign === '<=' || sign === '≤' ? 'max' : null;
    if (end === null) return { ok: false, problem: `"${line.slice(0, 60)}" is no bound: write accuracy >= 0.92.` };
    const key = name.toLowerCase();
    const known = metrics.get(key) ?? { min: null, max: null };
    if (known[end] !== null) return { ok: false, problem: `${key} has two bounds on one side: keep one.` };
    metrics.set(key, { ...known, [end]: Number(number) });
  }
  return { ok: true, value: Object.fromEntries(metrics) };
}

/** `accuracy = 0.95` */
export function readMeasures(text: string): Read<Readonly<Record<string, number>>> {
  const measures = new Map<string, number>();
  for (const line of lines(text)) {
    const [, name = '', sign = '', number = ''] = LINE.exec(line) ?? [];
    if (sign !== '=' && sign !== ':')
      return { ok: false, problem: `"${line.slice(0, 60)}" is no measure: write accuracy = 0.95.` };
    const key = name.toLowerCase();
    if (measures.has(key)) return { ok: false, problem: `${key} stands there twice: keep one.` };
    measures.set(key, Number(number));
  }
  return { ok: true, value: Object.fromEntries(measures) };
}

/** The bounds as lines, as they were written. */
export function boundLines(metrics: Envelope['metrics']): readonly string[] {
  return Object.entries(metrics).flatMap(([name, { min, max }]) => [
    ...(min === null ? [] : [`${name} >= ${min}`]),
    ...(max === null ? [] : [`${name} <= ${max}`]),
  ]);
}

/** The measures as lines, as they were written. */
export function measureLines(metrics: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(metrics).map(([name, value]) => `${name} = ${value}`);
}
