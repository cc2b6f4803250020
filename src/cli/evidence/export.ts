/** `evidence export`: bundles, OSCAL documents and listings, under the latest signed checkpoint. */
import { resolve } from 'node:path';
import { toBase64, toHex } from '#src/evidence/encoding.ts';
import { selectPublished, type Written, writeExport } from '#src/wire/evidence/export.ts';
import type { ExportJob } from '#src/wire/evidence/export-job.ts';
import { vkeysOf } from '#src/wire/evidence/log-keys.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { ExportFlags } from '../flags.ts';
import { sourceOf, withSession } from '../session.ts';
import { count, table } from '../terminal.ts';

/** Exports. Throws ExportError, and CommandError `file_unwritable`. */
export function exportEvidence(context: CliContext, flags: ExportFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const source = sourceOf(session);
    const texts = flags.redact !== true && flags.format.startsWith('oscal');
    const { checkpoint, selection } = await selectPublished(source, flags, texts);
    const path = resolve(context.cwd, flags.out);
    const job = { source, checkpoint, selection, redact: flags.redact === true, path, at: context.now() };
    const written = await write(job, flags);
    const left = (await session.stores.evidence.sequencedSize()) - checkpoint.size;
    const vkeys = await vkeysOf(session.crypto, source.origin, session.stores.evidence);
    report(context, flags, job, { ...written, left, vkeys });
    return 0;
  });
}

async function write(job: ExportJob, flags: ExportFlags): Promise<Written> {
  try {
    return await writeExport(job, flags.format);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandError(
      'file_unwritable',
      `${flags.out} cannot be written: ${error.message}. What stood there before is untouched.`,
      'Give --out a path in a folder that exists and that you may write to.',
    );
  }
}

type Outcome = Written & { readonly left: number; readonly vkeys: readonly string[] };

function report(context: CliContext, flags: ExportFlags, job: ExportJob, written: Outcome): void {
  const { checkpoint, selection, path } = job;
  const { left, vkeys } = written;
  if (flags.json) {
    context.json({
      format: flags.format,
      path,
      entries: written.count,
      firstIndex: written.firstIndex,
      lastIndex: written.lastIndex,
      requests: selection.requests.length,
      size: checkpoint.size,
      root: toHex(checkpoint.root),
      query: selection.query,
      redacted: job.redact,
      unpublished: left,
      vkeys,
    });
    return;
  }
  const range = written.firstIndex === null ? '' : ` (index ${written.firstIndex} to ${written.lastIndex})`;
  context.text(
    `${flags.format} written`,
    '',
    ...table([
      ['file', path],
      ['entries', `${written.count}${range}, ${count(selection.requests.length, 'request')}`],
      ['checkpoint', count(checkpoint.size, 'entry', 'entries')],
      ['root', toBase64(checkpoint.root)],
      ...(left > 0
        ? [['left out', `${count(left, 'entry', 'entries')} committed since, not under a checkpoint yet`]]
        : []),
    ]),
    ...(flags.format === 'bundle' ? handOver(flags.out, vkeys) : []),
  );
}

/** Commands and keys stand on lines of their own, whole, so that they can be copied. */
function handOver(file: string, vkeys: readonly string[]): readonly string[] {
  return [
    '',
    'Whoever checks it runs, with the key of the log:',
    `  countersign evidence verify --bundle ${file} --vkey KEY`,
    '',
    'Hand the key over by another way than the bundle:',
    ...vkeys.map((vkey) => `  ${vkey}`),
  ];
}
