/** `erase` and `hold`: erasing a person, and what keeps from it. */
import { Option } from 'commander';
import type { Register } from '../context.ts';
import { type ByFlags, ERASURE_BASES, type EraseFlags, type JsonFlags, type PlaceFlags } from '../flags.ts';

const BY = 'Slack user id of the administrator who decides this';

export const registerErasure: Register = (program, cli) => {
  const erase = program.command('erase').description('erase a person: two administrators decide it');
  erase
    .command('person')
    .description('ask for it; nothing is erased before another administrator confirms')
    .argument('<user>', 'Slack user id, or pseudonym')
    .requiredOption('--by <user>', BY)
    .addOption(new Option('--basis <why>', 'why').choices(ERASURE_BASES).default('own_request'))
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (user: string, flags: EraseFlags) => {
        const { requestErasure } = await import('./erasure.ts');
        return requestErasure(cli.context, user, flags);
      }),
    );
  erase
    .command('confirm')
    .description('erase the name and texts for good; the log and its proofs stay')
    .argument('<id>', 'as "erase person" printed it')
    .requiredOption('--by <user>', BY)
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (id: string, flags: ByFlags) => {
        const { confirmErasure } = await import('./erasure.ts');
        return confirmErasure(cli.context, id, flags);
      }),
    );
  const hold = program.command('hold').description('legal holds: what they cover is not erased');
  hold
    .command('place')
    .description('keep what is about a person, a system or a request')
    .addOption(new Option('--person <user>', 'Slack user id, or pseudonym').conflicts(['system', 'request']))
    .addOption(new Option('--system <name>', 'name of the system').conflicts(['person', 'request']))
    .addOption(new Option('--request <id>', 'DR-12, EX-3, or the full id').conflicts(['person', 'system']))
    .requiredOption('--reason <text>', 'why it must be kept')
    .requiredOption('--by <user>', BY)
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (flags: PlaceFlags) => {
        const { placeHold } = await import('./erasure.ts');
        return placeHold(cli.context, flags);
      }),
    );
  hold
    .command('release')
    .description('end a hold; another administrator than the one who placed it')
    .argument('<id>', 'as "hold list" prints it')
    .requiredOption('--by <user>', BY)
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (id: string, flags: ByFlags) => {
        const { releaseHold } = await import('./erasure.ts');
        return releaseHold(cli.context, id, flags);
      }),
    );
  hold
    .command('list')
    .description('holds in force')
    .option('--json', 'one JSON object a line')
    .action(
      cli.action(async (flags: JsonFlags) => {
        const { listHolds } = await import('./erasure.ts');
        return listHolds(cli.context, flags);
      }),
    );
};
