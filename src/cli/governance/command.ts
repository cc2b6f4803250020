/** `manifest`, `gate-token`, `policy`, `directory`, `system`, `risk`: what stands behind a quorum. */
import type { Register } from '../context.ts';
import type {
  AttestFlags,
  ByFlags,
  CaptureFlags,
  JsonFlags,
  ManifestFlags,
  NameFlags,
  WithdrawFlags,
} from '../flags.ts';
import { registerInventoryChanges } from './inventory-command.ts';

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const BY = ['--by <user>', 'Slack member id of the administrator who does this'] as const;

export const registerGovernance: Register = (program, cli) => {
  registerManifest(program, cli);
  registerTokens(program, cli);
  registerRules(program, cli);
  registerInventory(program, cli);
  registerRisks(program, cli);
  registerFiles(program, cli);
};

const registerManifest: Register = (program, cli) => {
  program
    .command('manifest')
    .description('what a version is made of, and its identity')
    .command('digest')
    .description('compute the digest of a version from its files, an ML-BOM, or a vendor reference')
    .option('--artefact <[name=]file>', 'a file of the model or system; several times', several, [])
    .option('--prompt <[name=]file>', 'a prompt; several times', several, [])
    .option('--adapter <[name=]file>', 'an adapter; several times', several, [])
    .option('--retrieval <[name=]file>', 'retrieval configuration or index; several times', several, [])
    .option('--bom <file>', 'a CycloneDX ML-BOM (JSON) instead')
    .option('--manifest <file>', 'a manifest (JSON) written before, instead')
    .option('--provider <name>', 'vendor of a model or service that is used as it is offered')
    .option('--service <name>', 'the service of that vendor')
    .option('--service-version <name>', 'its version or alias')
    .option('--pinned', 'the vendor promises that this version never changes; else it counts as a floating alias')
    .option('--region <name>', 'where it runs')
    .option('--contract <name>', 'contract under which it is used')
    .option('--review-days <days>', 'days between reviews of a floating alias')
    .option('--out <file>', 'write the manifest there too')
    .option('--json', 'print digest and manifest as one JSON object')
    .action(
      cli.action(async (flags: ManifestFlags) => {
        const { printDigest } = await import('../gate/manifest.ts');
        return printDigest(cli.context, flags);
      }),
    );
};

const registerTokens: Register = (program, cli) => {
  const tokens = program.command('gate-token').description('bearer tokens with which pipelines ask the gate over HTTP');
  tokens
    .command('create')
    .description('make a token; it is shown once')
    .requiredOption('--name <name>', 'whose it is: a pipeline, a repository')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (flags: NameFlags) => {
        const { createToken } = await import('../gate/token.ts');
        return createToken(cli.context, flags);
      }),
    );
  tokens
    .command('revoke')
    .description('end a token; its next question is refused')
    .requiredOption('--name <name>', 'the name it was made with')
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (flags: NameFlags) => {
        const { revokeToken } = await import('../gate/token.ts');
        return revokeToken(cli.context, flags);
      }),
    );
};

const registerRules: Register = (program, cli) => {
  const policy = program
    .command('policy')
    .description('approval policy and settings of gate and answers: in force, and waiting');
  const directory = program
    .command('directory')
    .description('who holds which role; changes that wait for a second person');
  for (const [what, parent] of [
    ['policy', policy],
    ['directory', directory],
  ] as const) {
    parent
      .command('status')
      .description('what is in force and what waits')
      .option('--json', 'print it as one JSON object')
      .action(
        cli.action(async (flags: JsonFlags) => {
          const { printStatus } = await import('./governance.ts');
          return printStatus(cli.context, what, flags);
        }),
      );
    for (const verb of ['accept', 'refuse'] as const) {
      parent
        .command(verb)
        .description(verb === 'accept' ? 'stand behind a proposal; two administrators must' : 'end a proposal')
        .argument('<proposal>', 'its id, as "status" shows it')
        .requiredOption(...BY)
        .option('--json', 'print the result as one JSON object')
        .action(
          cli.action(async (proposal: string, flags: ByFlags) => {
            const { settle } = await import('./governance.ts');
            return settle(cli.context, what, verb, proposal, flags);
          }),
        );
    }
  }
  directory
    .command('propose')
    .description('propose the directory that a CSV file describes: role,user,from,until,deputy')
    .argument('<file>', 'the CSV file; it must list every assignment that is to stand')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (file: string, flags: ByFlags) => {
        const { proposeDirectory } = await import('./governance.ts');
        return proposeDirectory(cli.context, file, flags);
      }),
    );
  directory
    .command('unfilled')
    .description('roles that the policy in force names and nobody holds; exit 1 when there are any')
    .option('--json', 'print them as one JSON object')
    .action(
      cli.action(async (flags: JsonFlags) => {
        const { printUnfilled } = await import('./governance.ts');
        return printUnfilled(cli.context, flags);
      }),
    );
};

const registerInventory: Register = (program, cli) => {
  const system = program.command('system').description('the inventory of AI systems');
  registerInventoryChanges(system, cli);
  system
    .command('list')
    .description('all systems with status, tier and owner')
    .option('--json', 'one JSON object a line')
    .action(
      cli.action(async (flags: JsonFlags) => {
        const { listSystems } = await import('./systems.ts');
        return listSystems(cli.context, flags);
      }),
    );
  system
    .command('show')
    .description('one system: versions, requests, data, vendors')
    .argument('<name>', 'its name')
    .option('--json', 'print it as one JSON object')
    .action(
      cli.action(async (name: string, flags: JsonFlags) => {
        const { showSystem } = await import('./systems.ts');
        return showSystem(cli.context, name, flags);
      }),
    );
  system
    .command('import')
    .description(
      'enter systems that run already, from CSV: name, owner, purpose, environments, data, classification, vendors, approval_due',
    )
    .argument('<file>', 'the CSV file')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (file: string, flags: ByFlags) => {
        const { importSystems } = await import('./systems.ts');
        return importSystems(cli.context, file, flags);
      }),
    );
};

const registerRisks: Register = (program, cli) => {
  const risk = program.command('risk').description('the risk register');
  risk
    .command('export')
    .description('print the register as CSV, worst first')
    .action(
      cli.action(async () => {
        const { exportRisks } = await import('./risks.ts');
        return exportRisks(cli.context);
      }),
    );
  risk
    .command('import')
    .description(
      'record the risks of a CSV file, columns as "risk export" prints them; a line with an id changes that risk',
    )
    .argument('<file>', 'the CSV file')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (file: string, flags: ByFlags) => {
        const { importRisks } = await import('./risks.ts');
        return importRisks(cli.context, file, flags);
      }),
    );
  risk
    .command('close')
    .description('end a risk; its owner or an administrator does')
    .argument('<id>', 'the risk, such as RK-3')
    .requiredOption('--reason <text>', 'why')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (id: string, flags: ByFlags & { reason: string }) => {
        const { closeRisk } = await import('./risks.ts');
        return closeRisk(cli.context, id, flags);
      }),
    );
};

const registerFiles: Register = (program, cli) => {
  const file = program.command('file').description('evidence files, kept by their sha256');
  file
    .command('capture')
    .description('keep a file as evidence and print the line for the form')
    .argument('<file>', 'PDF, PNG, JPEG, office file, JSON or plain text, at most 5 MB')
    .requiredOption('--kind <kind>', 'what it is: risk-assessment, vendor-contract, ...')
    .requiredOption('--date <day>', 'day of the document itself')
    .requiredOption('--source <address>', 'where people find it: https://...')
    .requiredOption('--by <user>', 'Slack member id of who brings it')
    .option('--title <text>', 'its title; the name of the file by default')
    .option('--file-version <text>', 'version of the document')
    .option('--valid-until <day>', 'last day on which it holds')
    .option('--system <name>', 'what it is about; several times', several, [])
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (path: string, flags: CaptureFlags) => {
        const { captureFile } = await import('../files.ts');
        return captureFile(cli.context, path, flags);
      }),
    );
  file
    .command('attest')
    .description('stand for a captured file in a role; never for one that you brought. Again: for other systems')
    .argument('<sha256>', 'its sha256')
    .option('--system <name>', 'for this system, beside those it was captured for; several times', several, [])
    .option('--organisation', 'for every system of the organisation')
    .requiredOption('--role <role>', 'the role in which you stand for it')
    .requiredOption('--by <user>', 'Slack member id of who stands for it')
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (sha256: string, flags: AttestFlags) => {
        const { attestFile } = await import('../files.ts');
        return attestFile(cli.context, sha256, flags);
      }),
    );
  file
    .command('withdraw')
    .description('take a file back that you brought or stood for; it serves no request any more')
    .argument('<sha256>', 'its sha256')
    .requiredOption('--reason <text>', 'why')
    .requiredOption(...BY)
    .option('--json', 'print the result as one JSON object')
    .action(
      cli.action(async (sha256: string, flags: WithdrawFlags) => {
        const { withdrawFile } = await import('../files.ts');
        return withdrawFile(cli.context, sha256, flags);
      }),
    );
};
