/** Files of evidence, for `countersign evidence export` and for the downloads of the evidence pages. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toBase64 } from '#src/evidence/encoding.ts';
import { populationCsv } from '#src/evidence/exports/csv.ts';
import { assessmentResults } from '#src/evidence/exports/oscal-ar.ts';
import { planOfAction } from '#src/evidence/exports/oscal-poam.ts';
import type { ExportContext } from '#src/evidence/exports/records.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { SERVICE } from '../version.ts';
import { writeBundle } from './bundle.ts';
import { ExportError } from './export-error.ts';
import type { ExportJob, ExportSource } from './export-job.ts';
import { type ExportFilters, type Selection, select } from './selection.ts';

export type ExportFormat = 'bundle' | 'csv' | 'oscal-ar' | 'oscal-poam';

/** Entries written, and the first and last of them. */
export type Written = { readonly count: number; readonly firstIndex: number | null; readonly lastIndex: number | null };

/** Selects under the latest checkpoint. Throws ExportError `not_published`, `unknown_id`, `usage`. */
export async function selectPublished(
  { stores, crypto }: Pick<ExportSource, 'stores' | 'crypto'>,
  filters: ExportFilters,
  texts: boolean,
): Promise<{ readonly checkpoint: StoredCheckpoint; readonly selection: Selection }> {
  const checkpoint = await stores.evidence.latestCheckpoint();
  if (checkpoint === null) {
    throw new ExportError(
      'not_published',
      'No checkpoint is signed yet, so nothing can be proven. Nothing was written.',
      'Start the server; it signs one within moments of the first entry.',
    );
  }
  const parts = { store: stores.evidence, people: stores.people, crypto, size: checkpoint.size, texts };
  return { checkpoint, selection: await select(parts, filters) };
}

/** Writes a file to the job's path, whole or not at all. Throws ExportError `nothing_selected`, and errors of the disk. */
export async function writeExport(job: ExportJob, format: ExportFormat): Promise<Written> {
  if (format === 'bundle') return writeBundle(job);
  const range = await rangeOf(job.selection);
  if (format === 'csv') await writeText(job.path, listing(job, range));
  else await writeText(job.path, [`${JSON.stringify(await oscal(job, format), null, 2)}\n`]);
  return range;
}

async function rangeOf({ entries }: Selection): Promise<Written> {
  const range = { count: 0, firstIndex: null as number | null, lastIndex: null as number | null };
  for await (const { index } of entries()) {
    range.count += 1;
    range.firstIndex ??= index;
    range.lastIndex = index;
  }
  return range;
}

function listing({ source, checkpoint, selection }: ExportJob, range: Written): AsyncIterable<string> {
  return populationCsv(
    {
      origin: source.origin,
      query: selection.query === null ? 'all entries' : JSON.stringify(selection.query),
      from: selection.from,
      to: selection.to,
      ...range,
      size: checkpoint.size,
      root: toBase64(checkpoint.root),
      gapCheck: selection.gapless ? 'all indexes read, none missing' : 'gaps found',
    },
    selection.entries(),
  );
}

async function oscal(job: ExportJob, format: 'oscal-ar' | 'oscal-poam'): Promise<object> {
  const { source, checkpoint, selection, at } = job;
  const about: ExportContext = {
    origin: source.origin,
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    generatedAt: at.toISOString(),
    from: selection.from,
    to: selection.to,
    organisation: source.workspaceId === 'sandbox' ? 'Sandbox' : `Slack workspace ${source.workspaceId}`,
    service: SERVICE,
    planHref: '#',
  };
  const make = format === 'oscal-ar' ? assessmentResults : planOfAction;
  const result = await make(source.crypto, about, selection.requests);
  if (result.ok) return result.document;
  const missing = format === 'oscal-ar' ? 'No decided deployment' : 'No approved exception';
  throw new ExportError(
    'nothing_selected',
    `${missing} is among the selected requests; OSCAL needs at least one. Nothing was written.`,
    'Widen the filters, or take the listing (csv) to see what there is.',
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
