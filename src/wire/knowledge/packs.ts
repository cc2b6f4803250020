/** The packs of a data folder beside what ships, a file compared with them, and the desk that records what changes. */
import { openPackFolder, type PackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Stores } from '#src/adapters/prisma/stores.ts';
import { createKnowledgeDesk, type KnowledgeDesk } from '#src/delivery/answers/knowledge-desk.ts';
import { confirmedAssignments } from '#src/delivery/people/roster.ts';
import { holdersOf } from '#src/directory/directory.ts';
import type { ImportOptions } from '#src/knowledge/importers/draft.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import type { ParsedFile } from '#src/knowledge/importers/source.ts';
import { composeLibrary, shippedPacks } from '#src/knowledge/packs/compose.ts';
import type { Crosswalk } from '#src/knowledge/packs/crosswalk.ts';
import type { Pack } from '#src/knowledge/packs/pack.ts';
import { type ProposalResult, propose } from '#src/knowledge/packs/proposal.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import type { Core } from '../core.ts';
import { newId } from '../ids.ts';
import { KNOWLEDGE_FOLDER } from '../paths.ts';

/** The packs of this checkout and data folder. */
export type Packs = {
  readonly folder: PackFolder;
  readonly files: readonly RawFile[];
  readonly shipped: readonly Pack[];
  readonly accepted: readonly Pack[];
  /** Document id -> the pack in force, shipped or accepted. */
  readonly inForce: ReadonlyMap<string, Pack>;
};

/** Reads them; `files` are those that ship, read anew where they are not given. Throws KnowledgeError, PackFolderError. */
export async function readPacks(dataDir: string, files?: readonly RawFile[]): Promise<Packs> {
  const folder = openPackFolder(dataDir);
  const shippedFiles = files ?? (await readKnowledgeFolder(KNOWLEDGE_FOLDER));
  const shipped = shippedPacks(shippedFiles);
  const accepted = await folder.acceptedPacks();
  const inForce = new Map([...shipped, ...accepted].map((pack) => [pack.document.id, pack]));
  return { folder, files: shippedFiles, shipped, accepted, inForce };
}

/** How a file is compared: by whom and when, and which old ids are which new ones. */
export type Compared = {
  readonly actor: string;
  readonly now: Date;
  readonly crosswalk?: (base: Pack | null, draft: Pack) => Promise<Crosswalk | null>;
};

/**
 * Makes a proposal of a file. Half a library is never put in force: one that does not fit the rest is refused here.
 * Throws ImportError and KnowledgeError.
 */
export async function proposeFile(
  packs: Packs,
  parsed: ParsedFile,
  options: ImportOptions,
  { actor, now, crosswalk }: Compared,
): Promise<ProposalResult> {
  const draft = importFile(parsed, options);
  const { id } = draft.document;
  const base = packs.inForce.get(id) ?? null;
  const library = composeLibrary(packs.files, packs.accepted);
  const bare = { document: draft.document, source: draft.source, curatedFrom: null, items: [] };
  const result = propose(draft, {
    base,
    prefixes: new Map([...library.documents.values()].map((document) => [document.prefix, document.id])),
    roles: library.roles,
    crosswalk: crosswalk === undefined ? null : await crosswalk(base, bare),
    actor,
    now: now.toISOString(),
  });
  if (result.ok) {
    const others = packs.accepted.filter((pack) => pack.document.id !== id);
    composeLibrary(packs.files, [...others, result.proposal.pack]);
  }
  return result;
}

/** The desk on these packs. */
export function openKnowledgeDesk(
  stores: Pick<Stores, 'ledger' | 'records'>,
  recorder: Core['recorder'],
  packs: Packs,
  { now, committed }: { readonly now: () => Date; readonly committed: () => void },
): KnowledgeDesk {
  const { roleMap } = composeLibrary(packs.files, packs.accepted);
  return createKnowledgeDesk({
    ledger: stores.ledger,
    recorder,
    now,
    newId,
    committed,
    copies: packs.folder,
    shipped: packs.shipped,
    holdsRole: async (person, role) => {
      const ours = roleMap.map.find((entry) => entry.role === role)?.ours ?? null;
      const assignments = await confirmedAssignments(stores);
      return [role, ...(ours === null ? [] : [ours])].some((name) =>
        holdersOf(assignments, name, now()).some((holder) => holder.person === person),
      );
    },
  });
}
