/** `start`, `sandbox`, `doctor`, `mcp` and `bench`. */
import { type CliContext, CommandError, type ExitCode, type Register } from './context.ts';

export const registerServer: Register = (program, cli) => {
  program
    .command('start')
    .description('start the server: Slack when its tokens are set, else the sandbox')
    .action(cli.action(() => start(cli.context.env)));
  program
    .command('sandbox')
    .description('start the sandbox; refused where Slack tokens are set')
    .action(cli.action(() => start(sandboxEnvironment(cli.context))));
  program
    .command('doctor')
    .description('check settings, files, database, keys and roles; shows how to connect an SQL client')
    .option('--json', 'print the checks as one JSON object')
    .action(
      cli.action(async (flags: { readonly json?: true }) => {
        const { doctor } = await import('./doctor/doctor.ts');
        return doctor(cli.context, flags);
      }),
    );
  program
    .command('mcp')
    .description('serve a Model Context Protocol client on stdin and stdout; reads only')
    .option('--inside', "the client's model belongs to the organisation: show it every public text")
    .addHelpText(
      'after',
      `
Tools: ask, knowledge_show, request_show, gate_check. Nothing can be changed,
nothing is recorded, nobody is named. Without --inside the text of documents
that may not reach an outside model is left out.`,
    )
    .action(
      cli.action(async (flags: { readonly inside?: true }) => {
        const { serveMcp } = await import('./mcp/mcp.ts');
        return serveMcp(cli.context, flags);
      }),
    );
  program
    .command('bench')
    .description('measure this machine against the speeds that are promised')
    .action(
      cli.action(async () => {
        const { bench } = await import('./bench.ts');
        return bench();
      }),
    );
};

async function start(env: CliContext['env']): Promise<ExitCode> {
  const { main } = await import('../main.ts');
  return (await main(env)) as ExitCode;
}

/** A real log must not meet the sandbox by accident: tokens, or a database given by address, must say so themselves. */
function sandboxEnvironment({ env }: CliContext): CliContext['env'] {
  const tokens = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].filter((name) => env[name]?.trim());
  if (tokens.length > 0) {
    throw new CommandError(
      'usage',
      `The sandbox does not open while ${tokens.join(' and ')} ${tokens.length === 1 ? 'is' : 'are'} set. Nothing was started.`,
      'Unset them to rehearse, or run "countersign start" to serve Slack.',
    );
  }
  return env;
}
