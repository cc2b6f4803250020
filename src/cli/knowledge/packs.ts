/** What commands on packs share: the shipped files, the data folder, and a version by the name people give it. */
import { resolve } from 'node:path';
import { parseFile } from '#src/adapters/parse/parse-file.ts';
import type { Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import { type Crosswalk, readCrosswalk } from '#src/knowledge/packs/crosswalk.ts';
import { type Pack, packHash } from '#src/knowledge/packs/pack.ts';
import { type Packs, readPacks } from '#src/wire/knowledge/packs.ts';
import { type CliContext, CommandError } from '../context.ts';

/** Opens those of the command's data folder. Throws KnowledgeError, PackFolderError. */
export function openPacks(context: Pick<CliContext, 'env' | 'cwd'>): Promise<Packs> {
  return readPacks(resolve(context.cwd, context.env['COUNTERSIGN_DATA_DIR']?.trim() || 'data'));
}

/**
 * The pack that a person names: `policy@1.0`, `policy@shipped`, `policy`, a hash of 6 digits or more, or `IMP-…`.
 * Throws CommandError `unknown_id`.
 */
export async function packNamed(packs: Packs, name: string): Promise<Pack> {
  if (/^IMP-/.test(name)) {
    const proposal = await packs.folder.proposal(name);
    if (proposal !== null) return proposal.pack;
    throw unknown(name, `Waiting: ${(await packs.folder.proposals()).join(', ') || 'nothing'}.`);
  }
  const inForce = packs.inForce.get(name);
  if (inForce !== undefined) return inForce;
  const all = await allPacks(packs);
  const [document = '', version = ''] = name.includes('@')
    ? [name.slice(0, name.indexOf('@')), name.slice(name.indexOf('@') + 1)]
    : ['', name];
  const found = all.filter(({ pack, hash, shipped }) => {
    if (document !== '' && pack.document.id !== document) return false;
    if (version === 'shipped') return shipped;
    return (
      (document !== '' && pack.document.version === version) ||
      (/^[0-9a-f]{6,64}$/.test(version) && hash.startsWith(version))
    );
  });
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only.pack;
  const listed = (found.length > 0 ? found : all).map(
    ({ pack, hash }) => `${pack.document.id}@${hash.slice(0, 8)} (${pack.document.version})`,
  );
  throw unknown(name, `${found.length > 1 ? 'It fits several' : 'There are'}: ${listed.slice(0, 12).join(', ')}.`);
}

async function allPacks(
  packs: Packs,
): Promise<readonly { readonly pack: Pack; readonly hash: string; readonly shipped: boolean }[]> {
  const found = packs.shipped.map((pack) => ({ pack, hash: packHash(pack), shipped: true }));
  for (const hash of await packs.folder.packs()) {
    const pack = await packs.folder.pack(hash);
    if (pack !== null && !found.some((entry) => entry.hash === hash)) found.push({ pack, hash, shipped: false });
  }
  return found;
}

/**
 * The library with this version in the place of what is in force, so that an item can be shown as it was.
 * Throws CommandError `unknown_id`.
 */
export async function libraryOf(context: Pick<CliContext, 'env' | 'cwd'>, name: string): Promise<Library> {
  const packs = await openPacks(context);
  const pack = await packNamed(packs, name);
  const others = packs.accepted.filter((other) => other.document.id !== pack.document.id);
  return composeLibrary(packs.files, pack.source.kind === 'shipped' ? others : [...others, pack]);
}

/** Reads a crosswalk for a document. Throws ImportError. */
export async function crosswalkFrom(
  context: Pick<CliContext, 'cwd'>,
  file: string | undefined,
  from: Pack | null,
  to: Pack,
): Promise<Crosswalk | null> {
  if (file === undefined) return null;
  const { id, prefix, version } = to.document;
  return readCrosswalk(await parseFile(resolve(context.cwd, file)), {
    document: id,
    prefix,
    fromVersion: from?.document.version ?? '',
    toVersion: version,
  });
}

function unknown(name: string, remedy: string): CommandError {
  return new CommandError('unknown_id', `There is no version ${name}.`, remedy);
}
