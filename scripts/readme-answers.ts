/** `npm run readme`: writes the README's questions with the answers that Countersign gives now; a test compares them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAnswerer } from '#src/answers/answerer.ts';
import { loadLibrary } from '#src/wire/knowledge/knowledge.ts';

const README = join(import.meta.dirname, '..', 'README.md');
const START = '<!-- answers: written by npm run readme -->';
const END = '<!-- /answers -->';

/** What people ask: an owner, the reverse, a requirement, a mapping, a figure, and something nobody wrote down. */
export const README_QUESTIONS: readonly string[] = [
  'who is accountable for canary releases?',
  'what is the chief risk officer accountable for?',
  'policy 4.3: what do I need in place to deploy a model?',
  'which ISO 42001 references map to AIS-06?',
  'how often do we have to refresh a privacy impact assessment?',
  'what is our GPU budget?',
];

/** The chapter's text for the answers of this moment. */
export async function readmeAnswers(): Promise<string> {
  const answerer = createAnswerer({ library: await loadLibrary(join(import.meta.dirname, 'no-data-folder')) });
  const parts: string[] = [];
  for (const question of README_QUESTIONS) {
    const answer = await answerer.ask(question);
    const sources = answer.citations.map((c) => `[${c.id}]`).join(' ');
    const lines = answer.answer.split('\n').map((line) => `> ${line}`.trimEnd());
    parts.push([`**${question}**`, '', ...lines, ...(sources === '' ? [] : ['>', `> ${sources}`])].join('\n'));
  }
  return `${START}\n\n${parts.join('\n\n')}\n\n${END}`;
}

/** The same chapter as the README has it now. */
export function readmeChapter(): string {
  const text = readFileSync(README, 'utf8');
  return text.slice(text.indexOf(START), text.indexOf(END) + END.length);
}

if (import.meta.main) {
  const text = readFileSync(README, 'utf8');
  writeFileSync(README, text.replace(readmeChapter(), await readmeAnswers()));
}
