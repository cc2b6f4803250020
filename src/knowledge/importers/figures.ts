/** Figures in evaluation criteria: what has a number, and what names a measure without one. */
import { shorten } from './text.ts';

const NUMBER =
  /\b(?:(?:less|more|fewer|no more) than |at (?:least|most) |up to |over |under |below |above )?(?:\d+(?:\.\d+)?\s?(?:%|percent\b)|\d+(?:\.\d+)?[- ](?:bit|days?|hours?|minutes?|months?|years?|weeks?)\b(?: [A-Z][A-Za-z0-9-]*)?(?: or (?:higher|more|less|lower|fewer))?)/gi;
const MEASURE =
  /\b(?:percentage|percent|frequency|rate|proportion|number of|decrease|reduced|reduction|time taken|speed|coverage|share)\b/i;

/** One entry per number found; for criteria that name a measure but no number, an entry with `value: null`. */
export function figuresOf(criteria: readonly string[]): { value: string | null; of: string }[] {
  const figures: { value: string | null; of: string }[] = [];
  for (const text of criteria) {
    for (const sentence of text.split(/(?<=[.!?])\s+(?=\p{Lu})/u)) {
      const numbers = [...sentence.matchAll(NUMBER)].map((match) => match[0].trim());
      for (const value of numbers) figures.push({ value: shorten(value), of: measureOf(sentence) });
      if (numbers.length === 0 && MEASURE.test(sentence)) figures.push({ value: null, of: measureOf(sentence) });
    }
  }
  return figures;
}

/** What a figure measures: its sentence, without the full stop that a rendering adds. */
function measureOf(sentence: string): string {
  return shorten(sentence.trim().replace(/[.;:]+$/, ''));
}

/** Does a text give a quantity (a percentage, a length of time, a key length)? */
export function hasQuantity(text: string): boolean {
  return text.search(NUMBER) >= 0;
}
