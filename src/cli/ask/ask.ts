/** `ask`: one question, or JSON lines of them, answered for the public audience. No database, nothing is filed. */
import { z } from 'zod';
import type { TraceStep } from '#src/answers/answerer.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { AskFlags } from '../flags.ts';
import { readInput } from '../input.ts';
import { paragraph } from '../terminal.ts';
import { answerLines } from './answer-text.ts';
import { openAnswerer } from './answering.ts';

const QUESTION_CHARS_MAX = 100_000;
const BATCH_LINES_MAX = 100_000;
const PROBLEMS_SHOWN_MAX = 20;

const batchLine = z.object({
  question: z.string().max(QUESTION_CHARS_MAX),
  /** Comes back as it was given. */
  id: z.union([z.string().max(1_000), z.number()]).nullish(),
});
type BatchLine = z.infer<typeof batchLine>;

/** Answers. An abstention is an answer: exit 0. Throws CommandError and KnowledgeError. */
export async function ask(context: CliContext, question: string, flags: AskFlags): Promise<ExitCode> {
  if (flags.batch !== undefined) return askBatch(context, question, flags, flags.batch);
  if (question.trim() === '') {
    throw new CommandError('usage', 'No question was given.', 'Try: countersign ask "who is accountable for ..."');
  }
  const answerer = await openAnswerer(context);
  if (flags.explain === undefined) {
    const answer = await answerer.ask(question);
    if (flags.json) context.json(answer);
    else context.text(...answerLines(answerer.library, answer));
    return 0;
  }
  const { answer, steps } = await answerer.explain(question);
  if (flags.json) context.json({ ...answer, steps });
  else context.text(...answerLines(answerer.library, answer), '', 'How it came about', ...steps.flatMap(stepLines));
  return 0;
}

/** What a step gave; of what was understood only what was found, the rest is left to --json. */
function stepLines({ step, detail }: TraceStep): readonly string[] {
  const said = JSON.stringify(detail, (_key, value: unknown) =>
    step === 'understand' && isNothing(value) ? undefined : value,
  );
  return paragraph(said?.replace(/([,:])(?=["{[\d])/g, '$1 ') ?? '', `  ${step}: `, '    ');
}

function isNothing(value: unknown): boolean {
  if (value === false || value === null) return true;
  return typeof value === 'object' && Object.values(value).length === 0;
}

async function askBatch(context: CliContext, question: string, flags: AskFlags, file: string): Promise<ExitCode> {
  if (question.trim() !== '' || flags.explain) {
    throw new CommandError(
      'usage',
      '--batch goes with neither a question nor --explain.',
      'Put every question into the file, one JSON object {"id","question"} a line.',
    );
  }
  const lines = parseBatch(file, await readInput(context, file));
  const answerer = await openAnswerer(context);
  for (const { id, question: text } of lines) {
    context.json({ ...(await answerer.ask(text)), id: id ?? null });
  }
  return 0;
}

/** All lines, or none: a batch with a broken line is refused before anything is answered, so that no line is missed. */
function parseBatch(file: string, text: string): readonly BatchLine[] {
  const problems: string[] = [];
  const lines: BatchLine[] = [];
  text
    .replace(/^\ufeff/, '')
    .split('\n')
    .forEach((line, index) => {
      if (line.trim() === '') return;
      const parsed = parseLine(line);
      if (parsed === null) problems.push(`  line ${index + 1}: ${line.trim().slice(0, 60)}`);
      else lines.push(parsed);
    });
  if (problems.length === 0 && lines.length <= BATCH_LINES_MAX) return lines;
  const name = file === '-' ? 'Standard input' : file;
  const what =
    problems.length === 0
      ? `${name} holds more than ${BATCH_LINES_MAX} questions.`
      : `${name} was not answered: ${problems.length} of its lines ${problems.length === 1 ? 'is' : 'are'} no JSON object with a "question".`;
  throw new CommandError(
    'input_invalid',
    [what, ...problems.slice(0, PROBLEMS_SHOWN_MAX)].join('\n'),
    'Each line is one object such as {"id": "1", "question": "who is accountable for canary releases?"}.',
  );
}

function parseLine(line: string): BatchLine | null {
  try {
    const parsed = batchLine.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
