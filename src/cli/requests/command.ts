/** `request` and `gate`: what was asked for, and what may be deployed. */
import { InvalidArgumentError } from 'commander';
import type { Register } from '../context.ts';
import type { GateFlags, JsonFlags, RequestListFlags } from '../flags.ts';

function digest(value: string): string {
  const lower = value.toLowerCase();
  if (/^sha256:[0-9a-f]{64}$/.test(lower)) return lower;
  throw new InvalidArgumentError('It is sha256: and 64 hex digits, the digest of the system manifest.');
}

function name(value: string): string {
  if (value.trim() !== '' && value.length <= 300) return value;
  throw new InvalidArgumentError('It is empty, or longer than 300 characters.');
}

export const registerRequests: Register = (program, cli) => {
  const request = program
    .command('request')
    .description('requests: deployments, exceptions, use cases, changes of the policy');
  request
    .command('list')
    .description('all requests, newest first')
    .option('--status <status>', 'only those in this status: in_review, approved, ...')
    .option('--system <name>', 'only deployments of this system')
    .option('--json', 'one JSON object a line')
    .action(
      cli.action(async (flags: RequestListFlags) => {
        const { listRequests } = await import('./requests.ts');
        return listRequests(cli.context, flags);
      }),
    );
  request
    .command('show')
    .description('one request with its history, each line with its entry in the evidence log')
    .argument('<id>', 'DR-12, EX-3, or the full id')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (id: string, flags: JsonFlags) => {
        const { showRequest } = await import('./requests.ts');
        return showRequest(cli.context, id, flags);
      }),
    );
  program
    .command('gate')
    .description('may this version run in this environment now? exit 0 yes, 1 no, with the reasons')
    .requiredOption('--system <name>', 'the system, as in its request', name)
    .requiredOption('--version <version>', 'its version', name)
    .requiredOption('--digest <digest>', 'sha256:<64 hex> of its manifest', digest)
    .requiredOption('--environment <name>', 'where it is to run', name)
    .option('--json', 'print the answer as one JSON object')
    .addHelpText(
      'after',
      `
Exit 0: the pipeline may go on. Exit 1: it stops. Exit 2: nothing was asked.
A first or changed answer is an entry in the evidence log. In an environment
that knowledge/gate.yaml only observes, a no is printed ("allowed" false) and
does not stop ("pass" true, exit 0).`,
    )
    .action(
      cli.action(async (flags: GateFlags) => {
        const { askGate } = await import('../gate/gate.ts');
        return askGate(cli.context, flags);
      }),
    );
};
