/** What an auditor asks of a population: which evidence serves a control, and does it match what was deployed. */

import { EvidenceError } from '#src/evidence/errors.ts';
import {
  coverageLine,
  coverageOf,
  parseDeployments,
  type Reconciliation,
  reconcile,
  type SeenDeployment,
} from '#src/evidence/exports/coverage.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { type CliContext, CommandError, type ExitCode } from './context.ts';
import { type Selection, select } from './evidence-selection.ts';
import type { FilterFlags, PopulationFlags } from './flags.ts';
import { readInput } from './library.ts';
import { type Session, withSession } from './session.ts';
import { count, paragraph, table } from './terminal.ts';

/** Selects under the latest checkpoint. Throws CommandError `not_published`, `unknown_id`, `usage`. */
export async function selectFrom(
  { stores, crypto, open }: Session,
  flags: FilterFlags,
  texts: boolean,
): Promise<{ readonly checkpoint: StoredCheckpoint; readonly selection: Selection }> {
  const checkpoint = await stores.evidence.latestCheckpoint();
  if (checkpoint === null) {
    throw new CommandError(
      'not_published',
      'No checkpoint is signed yet, so nothing can be proven. Nothing was written.',
      'Start the server; it signs one within moments of the first entry.',
      1,
    );
  }
  const person = async (id: string): Promise<string | null> => {
    if (id.startsWith('p_')) return id;
    const known = await open.database.prisma.person.findUnique({ where: { slackUserId: id } });
    return known?.id ?? null;
  };
  const parts = { store: stores.evidence, crypto, size: checkpoint.size, texts, person };
  return { checkpoint, selection: await select(parts, flags) };
}

/** `evidence coverage`: for each control which evidence the approved deployments have, and which is missing. */
export function printCoverage(context: CliContext, flags: PopulationFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { selection } = await selectFrom(session, flags, false);
    const rows = coverageOf(selection.requests);
    if (flags.json) {
      context.json({ requests: selection.requests.length, query: selection.query, controls: rows });
      return 0;
    }
    context.text(`${count(rows.length, 'control')} in ${count(selection.requests.length, 'request')}`);
    for (const row of rows) {
      context.text(...paragraph(coverageLine(row), '  ', '    '));
      for (const { title, missing } of row.demands.filter((demand) => demand.missing.length > 0)) {
        context.text(...paragraph(`${title} missing: ${missing.join(', ')}`, '      ', '        '));
      }
    }
    return 0;
  });
}

type Row = Reconciliation['rows'][number];

const WORDS: Readonly<Record<Row['result'], string>> = {
  approved: 'approved',
  without_approval: 'WITHOUT APPROVAL',
  before_approval: 'BEFORE ITS APPROVAL',
  outside_validity: 'OUTSIDE ITS VALIDITY',
};

/**
 * `evidence reconcile`: holds a list of deployments from elsewhere (CSV) against the approvals. Exit 1 when one had no
 * approval at its time. Throws CommandError `input_invalid`.
 */
export async function printReconciliation(
  context: CliContext,
  file: string,
  flags: PopulationFlags,
): Promise<ExitCode> {
  const seen = deploymentsIn(file, await readInput(context, file));
  return withSession<ExitCode>(context, async (session) => {
    const { selection } = await selectFrom(session, flags, false);
    const { rows, unused } = reconcile(seen, selection.requests);
    const bad = rows.filter(({ result }) => result !== 'approved');
    if (flags.json) context.json({ deployments: rows.length, unapproved: bad.length, rows, unused });
    else {
      context.text(`${rows.length - bad.length} of ${count(rows.length, 'deployment')} had their approval`);
      if (bad.length > 0) context.text('', ...table(bad.map(rowOf)));
      if (unused.length > 0) context.text('', ...paragraph(`Approvals never used: ${unused.join(', ')}`));
    }
    return bad.length === 0 ? 0 : 1;
  });
}

function rowOf({ line, system, version, environment, time, result, request }: Row): readonly string[] {
  const held = request === null ? '' : ` (${request})`;
  return [`row ${line}`, WORDS[result], `${system} ${version} to ${environment}, ${time}${held}`];
}

function deploymentsIn(file: string, text: string): readonly SeenDeployment[] {
  try {
    return parseDeployments(text);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new CommandError(
      'input_invalid',
      `${file} cannot be read: ${error.message}`,
      'It is a CSV with the columns system, version, digest, environment and time (with its zone).',
    );
  }
}
