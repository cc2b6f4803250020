/**
 * Packs in the data folder: `packs/<sha256>.json`, named by their content and never rewritten; `in-force.json`, which
 * says which of them are in force and is replaced by a rename; `proposals/<id>.json`, what waits for acceptance. `ask`
 * reads these without a database. A file whose content does not match its name is refused, never repaired.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Pack, packHash, packText, readPack } from '#src/knowledge/packs/pack.ts';
import type { Proposal } from '#src/knowledge/packs/proposal.ts';
import { type ProposalFile, proposalFile, readProposal } from '#src/knowledge/packs/proposal-file.ts';

export type PackFolderErrorCode =
  /** A pack that is in force is not in the folder. */
  | 'pack_missing'
  /** A file's content is not what its name says, or it cannot be read as what it should be. */
  | 'damaged'
  | 'folder_unwritable';

/** A data folder whose packs cannot be used as they are. */
export class PackFolderError extends Error {
  readonly code: PackFolderErrorCode;
  readonly path: string;
  readonly remedy: string;

  constructor(code: PackFolderErrorCode, path: string, remedy: string, cause?: unknown) {
    super(`${code}: ${path}`, cause === undefined ? undefined : { cause });
    this.name = 'PackFolderError';
    this.code = code;
    this.path = path;
    this.remedy = remedy;
  }
}

const inForceFile = z.strictObject({
  format: z.literal('countersign-in-force/1'),
  documents: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});

/** The packs of one data folder. */
export type PackFolder = {
  /** Keeps a pack under its hash. Keeping it twice is the same as once. */
  readonly keepPack: (pack: Pack) => Promise<string>;
  /** The pack of a hash, or null where it is not kept. @throws PackFolderError `damaged` */
  readonly pack: (hash: string) => Promise<Pack | null>;
  /** Hashes of all packs that are kept, sorted. */
  readonly packs: () => Promise<readonly string[]>;
  /** Replaces what is in force: document id -> pack hash. Shipped documents are not listed. */
  readonly setInForce: (documents: ReadonlyMap<string, string>) => Promise<void>;
  /** Document id -> pack hash; empty where nothing was ever accepted. */
  readonly inForce: () => Promise<ReadonlyMap<string, string>>;
  /** The packs in force, in document order. @throws PackFolderError `pack_missing`, `damaged` */
  readonly acceptedPacks: () => Promise<readonly Pack[]>;
  readonly keepProposal: (proposal: Proposal) => Promise<void>;
  readonly proposal: (id: string) => Promise<ProposalFile | null>;
  /** Ids of what waits for acceptance, sorted. */
  readonly proposals: () => Promise<readonly string[]>;
  readonly dropProposal: (id: string) => Promise<void>;
};

/** Opens the packs of a data folder; folders are made when something is first kept (mode 0700). */
export function openPackFolder(dataFolder: string): PackFolder {
  const packs = join(dataFolder, 'packs');
  const proposals = join(dataFolder, 'proposals');
  const pointer = join(dataFolder, 'in-force.json');
  const packPath = (hash: string): string => join(packs, `${hash}.json`);
  const readPackFile = async (hash: string): Promise<Pack | null> => {
    const path = packPath(hash);
    const text = await readOrNull(path);
    if (text === null) return null;
    if (createHash('sha256').update(text).digest('hex') !== hash) throw damaged(path);
    const reading = readPack(parseJson(text, path));
    if (!reading.ok) throw damaged(path);
    return reading.pack;
  };
  const inForce = async (): Promise<ReadonlyMap<string, string>> => {
    const text = await readOrNull(pointer);
    if (text === null) return new Map();
    const parsed = inForceFile.safeParse(parseJson(text, pointer));
    if (!parsed.success) throw damaged(pointer);
    return new Map(Object.entries(parsed.data.documents));
  };
  return {
    keepPack: async (pack) => {
      const hash = packHash(pack);
      if ((await readOrNull(packPath(hash))) === null) await replace(packs, `${hash}.json`, packText(pack));
      return hash;
    },
    pack: readPackFile,
    packs: async () => {
      const names = await readdir(packs).catch(() => []);
      return names.flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []).sort();
    },
    setInForce: async (documents) => {
      const sorted = Object.fromEntries([...documents].sort(([a], [b]) => (a < b ? -1 : 1)));
      await replace(
        dataFolder,
        'in-force.json',
        `${JSON.stringify({ format: 'countersign-in-force/1', documents: sorted }, null, 2)}\n`,
      );
    },
    inForce,
    acceptedPacks: async () => {
      const found: Pack[] = [];
      for (const [document, hash] of await inForce()) {
        const pack = await readPackFile(hash);
        if (pack === null)
          throw new PackFolderError(
            'pack_missing',
            packPath(hash),
            `Restore it from a backup, or roll ${document} back.`,
          );
        found.push(pack);
      }
      return found;
    },
    keepProposal: (proposal) => replace(proposals, `${proposal.id}.json`, JSON.stringify(proposalFile(proposal))),
    proposal: async (id) => {
      if (!/^IMP-[0-9a-f]{8}$/.test(id)) return null;
      const path = join(proposals, `${id}.json`);
      const text = await readOrNull(path);
      if (text === null) return null;
      const reading = readProposal(parseJson(text, path));
      if (!reading.ok || reading.file.id !== id) throw damaged(path);
      return reading.file;
    },
    proposals: async () => {
      const names = await readdir(proposals).catch(() => []);
      return names
        .filter((name) => /^IMP-[0-9a-f]{8}\.json$/.test(name))
        .map((name) => name.slice(0, -5))
        .sort();
    },
    dropProposal: async (id) => {
      if (/^IMP-[0-9a-f]{8}$/.test(id)) await unlink(join(proposals, `${id}.json`)).catch(() => undefined);
    },
  };
}

const MAX_BYTES = 400 * 1024 * 1024;

async function readOrNull(path: string): Promise<string | null> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (info === null) return null;
  if (info.size > MAX_BYTES) throw damaged(path);
  return await readFile(path, 'utf8');
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, cause?: unknown): PackFolderError {
  return new PackFolderError('damaged', path, 'Restore the file from a backup, or import its source again.', cause);
}

/** Files that this process has written so far. */
let written = 0;

/** Writes a file beside its place, flushes it, and renames it into place: readers see the old one or the new one. */
async function replace(folder: string, name: string, text: string): Promise<void> {
  // A name of its own: two that write the same at one time must not take each other's file away.
  written += 1;
  const temporary = join(folder, `.${name}.${process.pid}.${written}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new PackFolderError(
      'folder_unwritable',
      folder,
      'Check free space and the rights of the data folder.',
      error,
    );
  }
}
