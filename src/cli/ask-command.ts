/** `ask` and `eval`: they need no database. */
import type { Register } from './context.ts';
import type { AskFlags, JsonFlags } from './flags.ts';

export const registerAsk: Register = (program, cli) => {
  program
    .command('ask')
    .description('answer a question from the library, with sources; needs no database')
    .argument('[question...]', 'the question')
    .option('--json', 'print the answer as one JSON object')
    .option('--explain', 'also print how the answer came about')
    .option('--batch <file>', 'answer JSON lines {"id","question"} from a file (- for stdin), one JSON line each')
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
