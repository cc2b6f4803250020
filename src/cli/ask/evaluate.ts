/** `eval`: the answers against gold answers, by kind of question, with their intervals. */
import {
  type EvalCase,
  type EvalResult,
  evalTable,
  judgeAnswer,
  parseEvalFile,
  summarise,
} from '#src/answers/evaluate.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import { readInput } from '../input.ts';
import { paragraph } from '../terminal.ts';
import { openAnswerer } from './answering.ts';

/** Runs every question of a file. Throws CommandError `input_invalid`. */
export async function evaluate(context: CliContext, file: string, flags: { readonly json?: true }): Promise<ExitCode> {
  const cases = parse(file, await readInput(context, file));
  const answerer = await openAnswerer(context);
  const results: EvalResult[] = [];
  for (const one of cases) results.push(judgeAnswer(one, await answerer.ask(one.question, { id: one.id })));
  const summary = summarise(results);
  if (flags.json) {
    context.json(summary);
    return 0;
  }
  context.text(`${summary.all.passed} of ${summary.all.total} questions pass`, '', evalTable(summary));
  if (summary.failures.length > 0) context.text('', 'Not passed');
  for (const { id, faults } of summary.failures) context.text(...paragraph(faults.join('; '), `  ${id}: `, '    '));
  return 0;
}

function parse(file: string, text: string): readonly EvalCase[] {
  try {
    return parseEvalFile(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new CommandError(
      'input_invalid',
      `${file} is no evaluation file: ${why}`,
      'Each line is one object with id, question, kind, gold, source_ids, must_include and must_not_include.',
    );
  }
}
