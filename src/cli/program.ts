/** All commands with their options; what they do is loaded when they run. */
import { Command } from 'commander';
import { SERVICE } from '#src/wire/version.ts';
import { registerAsk } from './ask/ask-command.ts';
import type { Cli } from './context.ts';
import { registerEvidence } from './evidence/command.ts';
import { registerErasure } from './evidence/erasure-command.ts';
import { registerGovernance } from './governance/command.ts';
import { registerKnowledgeChanges } from './knowledge/changes-command.ts';
import { registerKnowledge } from './knowledge/command.ts';
import { registerRequests } from './requests/command.ts';
import { registerServer } from './server-command.ts';
import { fitted } from './terminal.ts';

/** Builds the program. Wrong usage throws CommanderError after it was printed to stderr. */
export function createProgram(cli: Cli): Command {
  const program = new Command('countersign')
    .description('The AI-governance desk inside Slack: cited answers, approvals by policy, signed evidence.')
    .version(SERVICE.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    // `gate --version V` is the gate's own option.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.context.raw(text),
      writeErr: (text) => cli.context.note(fitted(text.trimEnd()).join('\n')),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    // Long names leave little room for what a command does; it is wrapped all the same.
    .configureHelp({ minWidthToWrap: 20 })
    .showHelpAfterError('Run the command with --help to see what it takes.');
  registerServer(program, cli);
  registerAsk(program, cli);
  registerKnowledge(program, cli);
  registerKnowledgeChanges(program, cli);
  registerRequests(program, cli);
  registerGovernance(program, cli);
  registerEvidence(program, cli);
  registerErasure(program, cli);
  return program;
}
