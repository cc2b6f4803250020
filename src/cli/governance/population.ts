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
import { selectPublished } from '#src/wire/evidence/export.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { PopulationFlags } from '../flags.ts';
import { readInput } from '../input.ts';
import { withSession } from '../session.ts';
import { count, paragraph, table } from '../terminal.ts';

/** `evidence coverage`: for each control which evidence the approved deployments have, and which is missing. */
export function printCoverage(context: CliContext, flags: PopulationFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { selection } = await selectPublished(session, flags, false);
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
  by_break_glass: 'by break-glass',
  while_suspended: 'WHILE SUSPENDED',
  before_approval: 'BEFORE ITS APPROVAL',
  outside_validity: 'OUTSIDE ITS VALIDITY',
};

/**
 * `evidence reconcile`: holds a list of deployments from elsewhere (CSV) against the approvals. Exit 1 when one had no
 * approval at its time; an emergency that was declared is named and is none of those. Throws CommandError `input_invalid`.
 */
export async function printReconciliation(
  context: CliContext,
  file: string,
  flags: PopulationFlags,
): Promise<ExitCode> {
  const seen = deploymentsIn(file, await readInput(context, file));
  return withSession<ExitCode>(context, async (session) => {
    const { selection } = await selectPublished(session, flags, false);
    const { rows, unused } = reconcile(seen, selection.requests);
    const approved = rows.filter(({ result }) => result === 'approved');
    const emergencies = rows.filter(({ result }) => result === 'by_break_glass');
    const unapproved = rows.length - approved.length - emergencies.length;
    if (flags.json) {
      context.json({ deployments: rows.length, unapproved, byBreakGlass: emergencies.length, rows, unused });
    } else {
      const without = emergencies.length === 0 ? '' : `, ${emergencies.length} went by break-glass`;
      context.text(`${approved.length} of ${count(rows.length, 'deployment')} had their approval${without}`);
      const told = rows.filter(({ result, otherName }) => result !== 'approved' || otherName);
      if (told.length > 0) context.text('', ...table(told.map(rowOf)));
      if (unused.length > 0) context.text('', ...paragraph(`Approvals never used: ${unused.join(', ')}`));
    }
    return unapproved === 0 ? 0 : 1;
  });
}

function rowOf({ line, system, version, environment, time, result, request, otherName }: Row): readonly string[] {
  const held = request === null ? '' : ` (${request}${otherName ? ', under another name or version' : ''})`;
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
