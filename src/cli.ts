/**
 * The command line: `npx countersign COMMAND`. Commands and exit codes are a contract that others script against
 * (DESIGN.md, "Command line"). Each command loads its own code when it runs, so that `ask` stays fast.
 */
import { CommanderError } from 'commander';
import { type CliContext, CommandError, type ExitCode } from './cli/context.ts';
import { createProgram } from './cli/program.ts';
import { fitted, paragraph, printable } from './cli/terminal.ts';

/** Runs one command; resolves with the exit code. Never throws. */
export async function run(argv: readonly string[], context: CliContext = processContext()): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram({
    context,
    action:
      (work) =>
      async (...args) => {
        code = await work(...args);
      },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return failed(error, context);
  }
}

async function failed(error: unknown, context: CliContext): Promise<ExitCode> {
  // Commander has said what was wrong with the usage already; asking for help is no fault.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandError) {
    context.note(fitted(error.message).join('\n'));
    context.note(paragraph(error.remedy, '  -> ', '     ').join('\n'));
    return error.exit;
  }
  // Looked at by name: the class would load the evidence room for every command.
  if (error instanceof Error && error.name === 'EvidenceError') {
    context.note(`The evidence does not hold (${error.message}). Nothing was written or changed.`);
    context.note('  -> Run "countersign evidence verify": it names every entry that is concerned.');
    return 1;
  }
  const { exitFor } = await import('./wire/exit.ts');
  const { code, text } = exitFor(error);
  context.note(fitted(text).join('\n'));
  return code;
}

/** The context of this process. */
export function processContext(): CliContext {
  // A reader that has seen enough (`| head`) closes the pipe: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    text: (...lines) => {
      process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
    },
    json: (value) => {
      process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    raw: (text) => {
      process.stdout.write(text);
    },
    note: (line) => {
      process.stderr.write(`${printable(line)}\n`);
    },
    input: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
