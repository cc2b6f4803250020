/** `evidence export`: bundles, OSCAL documents and listings, under the latest signed checkpoint. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readCheckpoint } from '#src/evidence/checkpoint.ts';
import { toBase64, toHex } from '#src/evidence/encoding.ts';
import { populationCsv } from '#src/evidence/exports/csv.ts';
import { assessmentResults } from '#src/evidence/exports/oscal-ar.ts';
import { planOfAction } from '#src/evidence/exports/oscal-poam.ts';
import type { ExportContext } from '#src/evidence/exports/records.ts';
import { SERVICE } from '#src/wire/version.ts';
import { type CliContext, CommandError, type ExitCode } from './context.ts';
import { type ExportJob, writeBundle } from './evidence-bundle.ts';
import { vkeysOf } from './evidence-log.ts';
import type { Selection } from './evidence-selection.ts';
import type { ExportFlags } from './flags.ts';
import { selectFrom } from './population.ts';
import { withSession } from './session.ts';
import { count, table } from './terminal.ts';

/** Entries written, and the first and last of them. */
type Written = { readonly count: number; readonly first: number | null; readonly last: number | null };

/** Exports. Throws CommandError `not_published`, `unknown_id`, `not_available`, `file_unwritable`. */
export function exportEvidence(context: CliContext, flags: ExportFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const texts = flags.redact !== true && flags.format.startsWith('oscal');
    const { checkpoint, selection } = await selectFrom(session, flags, texts);
    const path = resolve(context.cwd, flags.out);
    const job: ExportJob = { session, checkpoint, selection, redact: flags.redact === true, path, at: context.now() };
    const written = await write(job, flags);
    const left = (await session.stores.evidence.sequencedSize()) - checkpoint.size;
    report(context, flags, job, { ...written, left, vkeys: await vkeysOf(session) });
    return 0;
  });
}

async function write(job: ExportJob, flags: ExportFlags): Promise<Written> {
  try {
    if (flags.format === 'bundle') {
      const { count, firstIndex, lastIndex } = await writeBundle(job);
      return { count, first: firstIndex, last: lastIndex };
    }
    const range = await rangeOf(job.selection);
    if (flags.format === 'csv') await writeText(job.path, listing(job, range));
    else await writeText(job.path, [`${JSON.stringify(await oscal(job, flags.format), null, 2)}\n`]);
    return range;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CommandError(
      'file_unwritable',
      `${flags.out} cannot be written: ${error.message}. What stood there before is untouched.`,
      'Give --out a path in a folder that exists and that you may write to.',
    );
  }
}

async function rangeOf({ entries }: Selection): Promise<Written> {
  const range = { count: 0, first: null as number | null, last: null as number | null };
  for await (const { index } of entries()) {
    range.count += 1;
    range.first ??= index;
    range.last = index;
  }
  return range;
}

function listing({ session, checkpoint, selection }: ExportJob, range: Written): AsyncIterable<string> {
  return populationCsv(
    {
      origin: session.stamp.logOrigin,
      query: selection.query === null ? 'all entries' : JSON.stringify(selection.query),
      from: selection.from,
      to: selection.to,
      count: range.count,
      firstIndex: range.first,
      lastIndex: range.last,
      size: checkpoint.size,
      root: toBase64(readCheckpoint(checkpoint.note).checkpoint.root),
      gapCheck: selection.gapless ? 'all indexes read, none missing' : 'gaps found',
    },
    selection.entries(),
  );
}

async function oscal(job: ExportJob, format: 'oscal-ar' | 'oscal-poam'): Promise<object> {
  const { session, checkpoint, selection, at } = job;
  const { workspaceId, logOrigin } = session.stamp;
  const about: ExportContext = {
    origin: logOrigin,
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    generatedAt: at.toISOString(),
    from: selection.from,
    to: selection.to,
    organisation: workspaceId === 'sandbox' ? 'Sandbox' : `Slack workspace ${workspaceId}`,
    service: SERVICE,
    planHref: '#',
  };
  const make = format === 'oscal-ar' ? assessmentResults : planOfAction;
  const result = await make(session.crypto, about, selection.requests);
  if (result.ok) return result.document;
  throw new CommandError(
    'not_available',
    format === 'oscal-ar'
      ? 'No decided deployment is among the selected requests; OSCAL needs at least one. Nothing was written.'
      : 'No approved exception is among the selected requests; OSCAL needs at least one. Nothing was written.',
    'Widen the filters, or export --format csv to see what there is.',
    1,
  );
}

/** Writes beside the place first: a file stands there whole or not at all. */
async function writeText(path: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
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
      firstIndex: written.first,
      lastIndex: written.last,
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
  const range = written.first === null ? '' : ` (index ${written.first} to ${written.last})`;
  context.text(
    `${flags.format} written`,
    '',
    ...table([
      ['file', path],
      ['entries', `${written.count}${range}, ${count(selection.requests.length, 'request')}`],
      ['checkpoint', count(checkpoint.size, 'entry', 'entries')],
      ['root', toHex(checkpoint.root)],
      ...(left > 0
        ? [['left out', `${count(left, 'entry', 'entries')} committed since, not under a checkpoint yet`]]
        : []),
      ...(flags.format === 'bundle'
        ? [
            ['check it', `countersign evidence verify --bundle ${flags.out} --vkey KEY`],
            // Whoever checks must not take it from the bundle itself.
            ...vkeys.map((vkey) => ['key', `${vkey} (hand it over by another way than the bundle)`]),
          ]
        : []),
    ]),
  );
}
