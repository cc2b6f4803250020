/** `knowledge status | diff | import | accept | rollback | withdraw`: changes of the library, beside what only reads it. */
import { InvalidArgumentError, Option } from 'commander';
import { IMPORT_KINDS } from '#src/knowledge/packs/kinds.ts';
import type { Register } from '../context.ts';
import type { DecideFlags, DiffFlags, ImportFlags, WithdrawFlags } from './flags.ts';

function day(value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw new InvalidArgumentError('It is a day, like 2026-11-21.');
}

function user(value: string): string {
  if (/^[A-Za-z0-9._:@-]{1,80}$/.test(value)) return value;
  throw new InvalidArgumentError('It is a Slack user id, like U0EMMA.');
}

const by = (): Option =>
  new Option('--by <user>', 'the person who does this; without it, the user of this terminal').argParser(user);
const json = ['--json', 'print the result as one JSON object'] as const;

/** Adds the commands to `knowledge`, which has to be registered before. */
export const registerKnowledgeChanges: Register = (program, cli) => {
  const knowledge = program.commands.find((command) => command.name() === 'knowledge') ?? program.command('knowledge');
  knowledge
    .command('status')
    .description('which version of each document is in force, and what waits for acceptance')
    .option(...json)
    .action(
      cli.action(async (flags: { readonly json?: true }) => {
        const { knowledgeStatus } = await import('./versions.ts');
        return knowledgeStatus(cli.context, flags);
      }),
    );
  knowledge
    .command('diff')
    .description('what changed from one version to another, and for whom')
    .argument('<a>', 'a document and version (policy@1.0, aicm@shipped), a document (what is in force), or a hash')
    .argument('<b>', 'the same, or a proposal (IMP-1a2b3c4d)')
    .option('--crosswalk <file>', 'old and new ids, as csv or xlsx')
    .option(...json)
    .action(
      cli.action(async (a: string, b: string, flags: DiffFlags) => {
        const { knowledgeDiff } = await import('./versions.ts');
        return knowledgeDiff(cli.context, a, b, flags);
      }),
    );
  knowledge
    .command('import')
    .description('read a file and propose it; nothing is in force until it is accepted')
    .argument('<file>', 'xlsx, csv, docx, pdf, html, md, txt, json or yaml; at most 50 MB')
    .addOption(new Option('--as <kind>', 'what the file is').choices(IMPORT_KINDS).makeOptionMandatory())
    .option('--id <id>', 'the control of an aicm-page; the name of a document')
    .option('--version <version>', 'the release, where the file does not say it')
    .option('--crosswalk <file>', 'old and new ids, as csv or xlsx')
    .addOption(by())
    .option(...json)
    .action(
      cli.action(async (file: string, flags: ImportFlags) => {
        const { importKnowledge } = await import('./changes.ts');
        return importKnowledge(cli.context, file, flags);
      }),
    );
  registerDecisions(knowledge, cli);
};

/** What a person decides; a binding document carries its approver's decision. */
const registerDecisions: Register = (knowledge, cli) => {
  const decision = (command: ReturnType<typeof knowledge.command>): typeof command =>
    command
      .addOption(by())
      .option('--approver <body>', 'a binding document: who decided, as its title block names it')
      .option('--decision <reference>', 'where that decision is recorded: minutes, ticket')
      .option('--decided-on <day>', 'the day of that decision', day)
      .option('--effective <day>', 'from when it binds, where it says another day', day)
      .option(...json);
  decision(
    knowledge.command('accept').description('put a proposal in force').argument('<proposal>', 'IMP-1a2b3c4d'),
  ).action(
    cli.action(async (proposal: string, flags: DecideFlags) => {
      const { acceptKnowledge } = await import('./changes.ts');
      return acceptKnowledge(cli.context, proposal, flags);
    }),
  );
  decision(
    knowledge
      .command('rollback')
      .description('put an earlier version back in force')
      .argument('<document>', 'policy, aicm, ...')
      .argument('<version>', '1.0, 1.0@1a2b3c, a hash, or shipped'),
  ).action(
    cli.action(async (document: string, version: string, flags: DecideFlags) => {
      const { rollbackKnowledge } = await import('./changes.ts');
      return rollbackKnowledge(cli.context, document, version, flags);
    }),
  );
  decision(
    knowledge
      .command('withdraw')
      .description('take an imported document out of the library; the second person who says it makes it so')
      .argument('<document>', 'its name, as "knowledge status" lists it')
      .option('--reason <text>', 'why; whoever agrees reads it'),
  ).action(
    cli.action(async (document: string, flags: WithdrawFlags) => {
      const { withdrawKnowledge } = await import('./changes.ts');
      return withdrawKnowledge(cli.context, document, flags);
    }),
  );
};
