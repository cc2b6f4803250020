/** `knowledge`: the library as it is; changes to it are registered beside. */
import type { Register } from '../context.ts';
import type { JsonFlags, ListFlags } from '../flags.ts';

export const registerKnowledge: Register = (program, cli) => {
  const knowledge = program.command('knowledge').description('the items of the library, and changes to it');
  knowledge
    .command('list')
    .description('every item in force, one line each')
    .option('--json', 'one JSON object a line')
    .option('--document <id>', 'only the items of this document')
    .action(
      cli.action(async (flags: ListFlags) => {
        const { listKnowledge } = await import('./read.ts');
        return listKnowledge(cli.context, flags);
      }),
    );
  knowledge
    .command('show')
    .description('one item in full')
    .argument('<id>', 'an id as people write it: WP-2.6.1, wp 2.6.1, GRC 05, policy 4.3')
    .option('--of <version>', 'as it was in this version or proposal: policy@1.0, a hash, IMP-1a2b3c4d')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (id: string, flags: JsonFlags & { readonly of?: string }) => {
        const { showKnowledge } = await import('./read.ts');
        return showKnowledge(cli.context, id, flags);
      }),
    );
};
