import { expect, it } from 'vitest';
import { README_QUESTIONS, readmeAnswers, readmeChapter } from '../../scripts/readme-answers.ts';

it('when the README shows a question, its answer is the one given today (npm run readme writes it)', async () => {
  const chapter = readmeChapter();
  for (const question of README_QUESTIONS) expect(chapter).toContain(question);
  expect(chapter).toBe(await readmeAnswers());
});
