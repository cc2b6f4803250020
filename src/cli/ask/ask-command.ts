/** `ask` and `eval`: they need no database. */
import type { Register } from '../context.ts';
import type { AskFlags, JsonFlags } from '../flags.ts';

export const registerAsk: Register = (program, cli) => {
  program
    .command('ask')
    .description('answer a question from the library, with sources; needs no database')
    .argument('[question...]', 'the question')
    .option('--json', 'print the answer as one JSON object')
    .option('--explain', 'also print how the answer came about')
    .option('--batch <file>', 'answer JSON lines {"id","question"} from a file (- for stdin), one JSON line each')
    .addHelpText(
      'after',
      `
Answers are for the public audience; nothing is filed and nobody is named.
An abstention is an answer: exit 0, "abstained" true with its "reason".
--batch answers in the order of the lines and gives each id back as it came
(null without one). It reads all lines first: when one is no JSON object with a
"question", it names these lines on stderr, answers none, and exits 2.`,
    )
    .action(
      cli.action(async (words: readonly string[], flags: AskFlags) => {
        const { ask } = await import('./ask.ts');
        return ask(cli.context, words.join(' '), flags);
      }),
    );
  program
    .command('eval')
    .description('score the answers against questions with gold answers (JSON lines)')
    .argument('<file>', 'the questions')
    .option('--json', 'print the summary as one JSON object')
    .action(
      cli.action(async (file: string, flags: JsonFlags) => {
        const { evaluate } = await import('./evaluate.ts');
        return evaluate(cli.context, file, flags);
      }),
    );
};
