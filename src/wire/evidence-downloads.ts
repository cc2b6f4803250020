/** Files that the evidence pages give out: the same that `countersign evidence export` writes, one at a time. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandError } from '#src/cli/context.ts';
import { writeBundle } from '#src/cli/evidence-bundle.ts';
import { type Selection, select } from '#src/cli/evidence-selection.ts';
import type { Config } from '#src/config.ts';
import { toBase64 } from '#src/evidence/encoding.ts';
import { populationCsv } from '#src/evidence/exports/csv.ts';
import { assessmentResults } from '#src/evidence/exports/oscal-ar.ts';
import { planOfAction } from '#src/evidence/exports/oscal-poam.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import type { Download, DownloadFilters, DownloadFormat, EvidenceReader } from '#src/web/evidence-ports.ts';
import type { Core } from './core.ts';
import { SERVICE } from './version.ts';

const TYPES: Readonly<Record<DownloadFormat, readonly [ending: string, contentType: string]>> = {
  bundle: ['zip', 'application/zip'],
  'redacted-bundle': ['zip', 'application/zip'],
  csv: ['csv', 'text/csv; charset=utf-8'],
  'oscal-ar': ['json', 'application/json'],
  'oscal-poam': ['json', 'application/json'],
};

type Job = {
  readonly config: Config;
  readonly core: Core;
  readonly checkpoint: StoredCheckpoint;
  readonly selection: Selection;
  readonly path: string;
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
      if (!(error instanceof CommandError)) throw error;
      return { ok: false, reason: 'invalid', words: error.message };
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
  const checkpoint = await stores.evidence.latestCheckpoint();
  if (checkpoint === null) return { ok: false, reason: 'nothing', words: 'No checkpoint is signed yet.' };
  const texts = format.startsWith('oscal');
  const person = (id: string) => personNamed(core, id);
  const parts = { store: stores.evidence, crypto, size: checkpoint.size, texts, person };
  const selection = await select(parts, filters);
  const folder = join(config.dataDir, 'downloads');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomBytes(12).toString('hex'));
  const job: Job = { config, core, checkpoint, selection, path };
  const written = await write(job, format);
  if (!written) {
    const what = format === 'oscal-ar' ? 'No decided deployment' : 'No approved exception';
    return {
      ok: false,
      reason: 'nothing',
      words: `${what} is among the selected requests, so there is nothing to say.`,
    };
  }
  const [ending, contentType] = TYPES[format];
  const { size: sizeBytes } = await stat(path);
  const log = workspace.origin.replace(/[^A-Za-z0-9.-]+/g, '-');
  const name = `${log}-${checkpoint.size}${filters.request === undefined ? '' : `-${filters.request.replace(/[^A-Za-z0-9-]/g, '')}`}-${format}.${ending}`;
  return { ok: true, path, sizeBytes, contentType, name, remove: () => rm(path, { force: true }) };
}

/** The one person that a pseudonym, a Slack user id or a part of a name means; null where it is none or several. */
async function personNamed({ stores }: Core, wanted: string): Promise<string | null> {
  if (wanted.startsWith('p_')) return wanted;
  const assigned = (await stores.ledger.listAssignments()).map(({ person }) => person);
  const asked = (await stores.ledger.listRequests({ limit: 10_000 })).map(({ id }) => id);
  const persons = new Set(assigned);
  for (const id of asked) {
    for (const { actor } of (await stores.ledger.readStream(`request:${id}`)).events) persons.add(actor);
  }
  const found: string[] = [];
  for (const person of persons) {
    const known = await stores.people.slackUserOf(person);
    const name = known?.name?.toLowerCase() ?? '';
    if (known?.slackUserId === wanted || (name !== '' && name.includes(wanted.toLowerCase()))) found.push(person);
  }
  return found.length === 1 ? (found[0] ?? null) : null;
}

async function write(job: Job, format: DownloadFormat): Promise<boolean> {
  const { config, core, path, selection, checkpoint } = job;
  if (format === 'bundle' || format === 'redacted-bundle') {
    const { workspaceId, origin } = core.workspace;
    const stamp = { workspaceId, logOrigin: origin, createdAt: core.now() };
    const session = { config, stores: core.stores, crypto: core.crypto, stamp };
    const redact = format === 'redacted-bundle';
    await writeBundle({ session, checkpoint, selection, redact, path, at: core.now() });
    return true;
  }
  const pieces = format === 'csv' ? await listing(job) : await oscal(job, format);
  if (pieces === null) return false;
  await pipeline(Readable.from(pieces), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return true;
}

async function listing({ core, checkpoint, selection }: Job): Promise<AsyncIterable<string>> {
  const range = { count: 0, firstIndex: null as number | null, lastIndex: null as number | null };
  for await (const { index } of selection.entries()) {
    range.count += 1;
    range.firstIndex ??= index;
    range.lastIndex = index;
  }
  return populationCsv(
    {
      origin: core.workspace.origin,
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

async function oscal({ core, checkpoint, selection }: Job, format: DownloadFormat): Promise<readonly string[] | null> {
  const { workspaceId, origin } = core.workspace;
  const about = {
    origin,
    size: checkpoint.size,
    root: toBase64(checkpoint.root),
    generatedAt: core.now().toISOString(),
    from: selection.from,
    to: selection.to,
    organisation: workspaceId === 'sandbox' ? 'Sandbox' : `Slack workspace ${workspaceId}`,
    service: SERVICE,
    planHref: '#',
  };
  const make = format === 'oscal-ar' ? assessmentResults : planOfAction;
  const made = await make(core.crypto, about, selection.requests);
  return made.ok ? [`${JSON.stringify(made.document, null, 2)}\n`] : null;
}
