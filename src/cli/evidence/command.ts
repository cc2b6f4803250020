/** `evidence`: verifying, proving and exporting what the log holds. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Register } from '../context.ts';
import {
  EXPORT_FORMATS,
  type ExportFlags,
  type JsonFlags,
  type PopulationFlags,
  type RotateFlags,
  type TrustFlags,
  type VerifyFlags,
} from '../flags.ts';

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function wholeNumber(value: string): number {
  const number = Number(value);
  if (/^\d{1,16}$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('A whole number from 0 is expected.');
}

/** Adds the options that select entries and requests. */
function filtered(command: Command): Command {
  return command
    .option('--from <time>', 'from this day or instant on (UTC)')
    .option('--to <time>', 'up to this instant, or to the end of this day (UTC)')
    .option('--control <id>', 'only what serves this control or clause')
    .option('--request <id>', 'only this request: DR-12, or its id')
    .option('--system <name>', 'only requests about this system')
    .option('--person <id>', 'only where this person acted or asked: Slack user id, pseudonym, part of a name')
    .option('--sample <n>', 'of the requests selected, so many by lot (needs --seed)', wholeNumber)
    .option('--seed <text>', 'the lot: the same seed and population give the same sample');
}

/** Adds what a verifier brings along from elsewhere. */
function trusting(command: Command): Command {
  return command
    .option('--vkey <key>', 'verifier key of the log, as text or file; may be given several times', several, [])
    .option('--anchor <file>', 'a checkpoint kept elsewhere; may be given several times', several, []);
}

export const registerEvidence: Register = (program, cli) => {
  const evidence = program.command('evidence').description('verify, prove and export what the log holds');
  trusting(evidence.command('verify'))
    .description('check every entry, signature, checkpoint and text; exit 1 when something does not hold')
    .option('--bundle <file>', 'check this bundle instead of the database: needs no server and no network')
    .option('--tree-only', 'check that the entries give the signed roots, without looking into them')
    .option('--json', 'print the report as one JSON object')
    .addHelpText(
      'after',
      `
Exit 0: nothing is wrong. Exit 1: something does not hold, named with the index
of its entry. "verified" needs a key from outside: --vkey, or on the database
the key files beside it. Without one the verdict is "self-consistent, signer
unproven": whoever made it could have made all of it. Nothing is repaired.`,
    )
    .action(
      cli.action(async (flags: VerifyFlags) => {
        const { verifyEvidence } = await import('./verify.ts');
        return verifyEvidence(cli.context, flags);
      }),
    );
  evidence
    .command('checkpoint')
    .description('print the latest signed checkpoint: keep it where the operator cannot change it')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (flags: JsonFlags) => {
        const { printCheckpoint } = await import('./log.ts');
        return printCheckpoint(cli.context, flags);
      }),
    );
  evidence
    .command('proof')
    .description('print the proof that an entry is in the log (c2sp.org/tlog-proof@v1)')
    .argument('<index>', 'index of the entry', wholeNumber)
    .option('--json', 'print it, with the entry, as one JSON object')
    .action(
      cli.action(async (at: number, flags: JsonFlags) => {
        const { printProof } = await import('./log.ts');
        return printProof(cli.context, at, flags);
      }),
    );
  filtered(evidence.command('export'))
    .description('write evidence to a file, all of it or what the filters select')
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_FORMATS).makeOptionMandatory())
    .requiredOption('--out <path>', 'where to write it; a file there is replaced when the new one is whole')
    .option('--redact', 'leave names, texts and objects out of a bundle')
    .option('--json', 'print what was written as one JSON object')
    .action(
      cli.action(async (flags: ExportFlags) => {
        const { exportEvidence } = await import('./export.ts');
        return exportEvidence(cli.context, flags);
      }),
    );
  registerKeeping(evidence, cli);
  registerPopulation(evidence, cli);
};

const registerKeeping: Register = (evidence, cli) => {
  trusting(evidence.command('rebuild-state'))
    .description('make the state rows anew from the events, where "verify" says that somebody changed them')
    .option('--json', 'print what differed as one JSON object')
    .addHelpText(
      'after',
      `
Exit 1, and nothing is changed, unless the verdict on the log is "verified": by
--vkey, or by the key files beside the database. The keys that the database
itself lists do not count. Commits wait until it is done.`,
    )
    .action(
      cli.action(async (flags: TrustFlags) => {
        const { rebuild } = await import('./rebuild.ts');
        return rebuild(cli.context, flags);
      }),
    );
  evidence
    .command('rotate-key')
    .description('replace a signing key; the old one counts for the overlap, and old proofs verify for ever')
    .addOption(
      new Option('--purpose <purpose>', 'which key').choices(['statement', 'checkpoint']).makeOptionMandatory(),
    )
    .option('--overlap <days>', 'how long the old key still counts', wholeNumber, 30)
    .option('--key <file>', 'the new key (PKCS#8 PEM); without it one is made beside the old one')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (flags: RotateFlags) => {
        const { rotate } = await import('./rotate.ts');
        return rotate(cli.context, flags);
      }),
    );
};

const registerPopulation: Register = (evidence, cli) => {
  filtered(evidence.command('coverage'))
    .description('for each control, which evidence the approved deployments have')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (flags: PopulationFlags) => {
        const { printCoverage } = await import('../governance/population.ts');
        return printCoverage(cli.context, flags);
      }),
    );
  filtered(evidence.command('reconcile'))
    .description('hold a list of deployments from elsewhere against the approvals; exit 1 when one had none')
    .argument('<file>', 'CSV with system, version, digest, environment and time (- for stdin)')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (file: string, flags: PopulationFlags) => {
        const { printReconciliation } = await import('../governance/population.ts');
        return printReconciliation(cli.context, file, flags);
      }),
    );
};
