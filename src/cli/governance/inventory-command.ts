/** `system describe`, `use-case`, `add-version`, `decommission`, `step`: changes of the inventory. */
import type { Command } from 'commander';
import type { Cli } from '../context.ts';
import type { AliasFlags, DescribeFlags, StepFlags, VersionFlags } from '../flags.ts';

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const BY = ['--by <user>', 'Slack member id of who does this: the owner, an administrator, or a role holder'] as const;

/** Adds the commands to `system`. */
export function registerInventoryChanges(system: Command, cli: Cli): void {
  const facts = (command: Command): Command =>
    command
      .argument('<name>', 'the system')
      .requiredOption(...BY)
      .option('--purpose <text>', 'what it is for')
      .option('--owner <user>', 'Slack member id of its owner')
      .option(
        '--data <name=class>',
        'data it uses: public, internal, confidential or restricted; several times',
        several,
        [],
      )
      .option('--lineage <text>', 'where data and models come from; several times', several, [])
      .option('--vendor <name>', 'a vendor it rests on; several times', several, [])
      .option('--link <kind=url>', 'model-card, system-card, repository, dashboard, other; several times', several, [])
      .option('--ssrm <role>', 'our part in the AI supply chain: CSP, MP, OSP, AP, AIC')
      .option('--json', 'print the result as one JSON object');
  facts(system.command('describe').description('state facts about a system; only what is given changes')).action(
    cli.action(async (name: string, flags: DescribeFlags) => {
      const { describeSystem } = await import('./systems-change.ts');
      return describeSystem(cli.context, name, flags);
    }),
  );
  facts(system.command('use-case').description('enter a purpose before anything is built')).action(
    cli.action(async (name: string, flags: DescribeFlags) => {
      const { enterUseCase } = await import('./systems-change.ts');
      return enterUseCase(cli.context, name, flags);
    }),
  );
  system
    .command('add-version')
    .description('record what a version is made of')
    .argument('<name>', 'the system')
    .argument('<version>', 'the version')
    .requiredOption('--manifest <file>', 'its manifest, as "manifest digest --out" writes it')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (name: string, version: string, flags: VersionFlags) => {
        const change = await import('./systems-change.ts');
        return change.addVersion(cli.context, name, version, flags);
      }),
    );
  registerLifeCycle(system, cli);
}

/** What is done to a system later on: looks at floating aliases, and the end. */
function registerLifeCycle(system: Command, cli: Cli): void {
  system
    .command('review-alias')
    .description("record what a vendor's floating alias was found to mean")
    .argument('<name>', 'the system')
    .argument('<version>', 'the version that rests on it')
    .option('--changed', 'it means another model: the gate denies it until it is approved anew')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (name: string, version: string, flags: AliasFlags) => {
        const change = await import('./systems-change.ts');
        return change.reviewAlias(cli.context, name, version, flags);
      }),
    );
  system
    .command('decommission')
    .description('start taking a system out of service; prints the steps and their roles')
    .argument('<name>', 'the system')
    .requiredOption('--reason <text>', 'why')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (name: string, flags: StepFlags) => {
        const change = await import('./systems-change.ts');
        return change.startDecommission(cli.context, name, flags);
      }),
    );
  system
    .command('step')
    .description('tick off a step of a decommissioning')
    .argument('<name>', 'the system')
    .argument('<step>', 'the step, as "decommission" lists it')
    .requiredOption(...BY)
    .option('--note <text>', 'what was done')
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (name: string, step: string, flags: StepFlags) => {
        const change = await import('./systems-change.ts');
        return change.doStep(cli.context, name, step, flags);
      }),
    );
}
