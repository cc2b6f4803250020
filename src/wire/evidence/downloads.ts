/** Files that the evidence pages give out: the same that `countersign evidence export` writes, one at a time. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#src/config.ts';
import type { Download, DownloadFilters, DownloadFormat, EvidenceReader } from '#src/web/evidence-ports.ts';
import type { Core } from '../core.ts';
import { selectPublished, writeExport } from './export.ts';
import { ExportError } from './export-error.ts';

const TYPES: Readonly<Record<DownloadFormat, readonly [ending: string, contentType: string]>> = {
  bundle: ['zip', 'application/zip'],
  'redacted-bundle': ['zip', 'application/zip'],
  csv: ['csv', 'text/csv; charset=utf-8'],
  'oscal-ar': ['json', 'application/json'],
  'oscal-poam': ['json', 'application/json'],
};

/** Makes downloads, one at a time: each reads the whole log. */
export function createDownloads(config: Config, core: Core): EvidenceReader['download'] {
  let busy = false;
  return async (format, filters) => {
    if (busy) return { ok: false, reason: 'busy', words: 'Another file is being made. Try again in a moment.' };
    busy = true;
    try {
      return await download(config, core, format, filters);
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      const nothing = error.code === 'not_published' || error.code === 'nothing_selected';
      return { ok: false, reason: nothing ? 'nothing' : 'invalid', words: `${error.message} ${error.remedy}` };
    } finally {
      busy = false;
    }
  };
}

async function download(
  config: Config,
  core: Core,
  format: DownloadFormat,
  filters: DownloadFilters,
): Promise<Download> {
  const { stores, crypto, workspace } = core;
  const source = { config, stores, crypto, workspaceId: workspace.workspaceId, origin: workspace.origin };
  const { checkpoint, selection } = await selectPublished(source, filters, format.startsWith('oscal'));
  const folder = join(config.dataDir, 'downloads');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomBytes(12).toString('hex'));
  const redact = format === 'redacted-bundle';
  const job = { source, checkpoint, selection, redact, path, at: core.now() };
  await writeExport(job, format === 'redacted-bundle' ? 'bundle' : format);
  const [ending, contentType] = TYPES[format];
  const { size: sizeBytes } = await stat(path);
  const log = workspace.origin.replace(/[^A-Za-z0-9.-]+/g, '-');
  const name = `${log}-${checkpoint.size}${filters.request === undefined ? '' : `-${filters.request.replace(/[^A-Za-z0-9-]/g, '')}`}-${format}.${ending}`;
  return { ok: true, path, sizeBytes, contentType, name, remove: () => rm(path, { force: true }) };
}
