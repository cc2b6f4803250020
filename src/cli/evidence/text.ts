/** Reports of a verification for a terminal: the verdict first, then what it rests on, then what does not hold. */
import { ANCHOR_STRENGTHS, type AnchorStrength } from '#src/evidence/anchors.ts';
import { filesInWords } from '#src/evidence/bundle-parts.ts';
import type { BundleReport } from '#src/evidence/bundle-verify.ts';
import { fromHex, toBase64 } from '#src/evidence/encoding.ts';
import type { VerificationReport } from '#src/evidence/verify-log.ts';
import { count, paragraph, table } from '../terminal.ts';

const FINDINGS_SHOWN_MAX = 20;

/** What `--json` adds to a report. */
export type ReportExtra = {
  /** As far as the verifier kept the anchors out of the operator's reach; `none` without one. */
  readonly anchorStrength: AnchorStrength;
  readonly keysReachableBy: string | null;
  /** Where the trusted keys come from. */
  readonly keysFrom: 'given' | 'key files beside the database' | 'none';
};

type Report = VerificationReport | BundleReport;

/** The report about the stored log. */
export function logLines(report: VerificationReport, extra: ReportExtra): readonly string[] {
  const { checkpoint, unpublished, disclosuresChecked, disclosuresErased, rowsCompared } = report;
  return [
    ...verdictLines(report),
    ...table([
      ['entries', entriesWords(report)],
      ['root', rootWords(report) ?? 'no checkpoint is signed yet'],
      ['checkpoint', checkpoint === null ? 'none yet' : `${count(checkpoint.size, 'entry', 'entries')} under it`],
      ...(unpublished > 0
        ? [['not under it', `${count(unpublished, 'entry', 'entries')}, for the next checkpoint`]]
        : []),
      ['checked', checkedWords(report)],
      ['texts', `${disclosuresChecked} match their hashes, ${disclosuresErased} erased`],
      ...(rowsCompared === null
        ? []
        : [['state', `${count(rowsCompared, 'row')} compared with the entries that made them`]]),
      ['log', report.origin],
      ...anchorRows(report, extra),
      ['keys', keysWords(extra)],
    ]),
    ...findingLines(report),
  ];
}

/** The report about a bundle. */
export function bundleLines(report: BundleReport, extra: ReportExtra): readonly string[] {
  const { manifest, checkpoint } = report;
  return [
    ...verdictLines(report),
    ...table([
      ['entries', entriesWords(report)],
      ...(manifest === null
        ? []
        : [
            [
              'holds',
              manifest.complete
                ? 'the whole log up to its checkpoint'
                : `a selection: ${JSON.stringify(manifest.query)}`,
            ],
            ['made', `${manifest.createdAt}${manifest.redacted ? ', without names and texts' : ''}`],
          ]),
      ['root', rootWords(report) ?? 'no checkpoint that can be read'],
      ...(checkpoint === null
        ? []
        : [['checkpoint', `${count(checkpoint.size, 'entry', 'entries')}, log ${checkpoint.origin}`]]),
      ['checked', `${checkedWords(report)}, ${count(report.disclosuresChecked, 'text')}`],
      ...(report.unvouched.length === 0
        ? []
        : [['unvouched', `nothing signed speaks for ${filesInWords(report.unvouched)}`]]),
      ...anchorRows(report, extra),
      ['keys', keysWords(extra)],
    ]),
    ...findingLines(
      report,
      'Nothing was changed. Do not rely on this bundle: have it made again, get it by another way, compare it with the checkpoints kept elsewhere (--anchor), and tell whoever audits this log.',
    ),
  ];
}

function verdictLines(report: Report): readonly string[] {
  if (report.verdict !== 'failed') return [report.verdict, ''];
  const named = [...new Set(report.findings.flatMap((f) => (f.index === null ? [] : [f.index])))].slice(0, 10);
  const where = named.length > 0 ? ` (${named.length === 1 ? 'entry' : 'entries'} ${named.join(', ')})` : '';
  return [`NOT verified: ${count(report.findingsTotal, 'finding')}${where}`, ''];
}

function entriesWords({ entries, firstIndex, lastIndex }: Report): string {
  return firstIndex === null ? String(entries) : `${entries} (index ${firstIndex} to ${lastIndex})`;
}

/** The root as the signed checkpoint writes it, so that people can compare the two by eye; `--json` has it in hex. */
function rootWords({ checkpoint }: Report): string | null {
  return checkpoint === null ? null : toBase64(fromHex(checkpoint.root));
}

function checkedWords(report: Report): string {
  const { signaturesChecked, checkpointsChecked } = report;
  const cosigned = 'checkpointsCosigned' in report ? report.checkpointsCosigned : 0;
  const witnessed = cosigned === 0 ? '' : ` (${cosigned} cosigned by the witness)`;
  return `${count(signaturesChecked, 'signature')}, ${count(checkpointsChecked, 'checkpoint')}${witnessed}`;
}

function anchorRows(report: Report, { anchorStrength }: ReportExtra): readonly (readonly string[])[] {
  if (report.anchors.length === 0) return [['anchors', ANCHOR_STRENGTHS.none]];
  return [
    ...report.anchors.map(({ name, size, result }) => [
      'anchor',
      `${name}: ${result}${size === null ? '' : `, ${count(size, 'entry', 'entries')}`}`,
    ]),
    anchorStrength === 'none'
      ? ['strength', 'none: no checkpoint that you gave fits']
      : ['strength', `${ANCHOR_STRENGTHS[anchorStrength]}, as far as you kept them there yourself`],
  ];
}

function keysWords({ keysFrom, keysReachableBy }: ReportExtra): string {
  const from = {
    given: 'the verifier key you gave',
    'key files beside the database': 'compared with the key files beside the database; give --vkey for your own copy',
    none: 'no key from elsewhere was given (--vkey), so nothing proves who signed',
  }[keysFrom];
  return keysReachableBy === null ? from : `${from}. Who can sign: ${keysReachableBy}`;
}

const KEEP_DATABASE =
  'Nothing was changed. Keep the database as it is, compare it with its backup and with the checkpoints kept elsewhere (--anchor), and tell whoever audits this log.';

/** What does not hold, and what to do. */
export function findingLines(
  { findings, findingsTotal }: Pick<Report, 'findings' | 'findingsTotal'>,
  advice = KEEP_DATABASE,
): readonly string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX);
  const left = findingsTotal - shown.length;
  const onlyRows = findings.every(({ code }) => code === 'projection_mismatch');
  return [
    '',
    ...table(
      shown.map(({ code, index, detail }) => [index === null ? 'the whole' : `entry ${index}`, `${code}: ${detail}`]),
    ),
    ...(left > 0 ? [`and ${left} more; --json lists the first 1,000`] : []),
    '',
    ...paragraph(advice),
    ...(onlyRows
      ? paragraph('Only state rows differ: "countersign evidence rebuild-state" makes them anew from the events.')
      : []),
  ];
}
