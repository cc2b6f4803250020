/** Composes the library in force: the shipped files, with the accepted packs in place of theirs. */
import { buildLibrary, type Library } from '../library.ts';
import type { RawFile } from '../raw.ts';
import { roleRegistry } from '../roles.ts';
import { type DocumentInfo, itemFileSchema, libraryFileSchema, rolesFileSchema } from '../schema.ts';
import { type ItemFileForm, itemFileForm, type Pack } from './pack.ts';

type RawItem = Readonly<Record<string, unknown>>;

/**
 * Builds the library of shipped files and accepted packs. An accepted pack replaces the shipped items of its document
 * (or adds a document); aliases and questions that the files have for the same ids are added, so that they can be edited
 * after an import too. Roles it names that no registry knows are added; relations to items that no longer exist are
 * dropped, so that one import cannot make the rest unusable.
 * @throws KnowledgeError as `buildLibrary` does
 */
export function composeLibrary(shipped: readonly RawFile[], accepted: readonly Pack[]): Library {
  if (accepted.length === 0) return buildLibrary(shipped);
  const replaced = new Set(accepted.map((pack) => pack.document.id));
  const kept = shipped.filter((file) => !(file.file.includes('/') && replaced.has(documentOf(file))));
  const curated = new Map(shipped.flatMap((file) => itemsOf(file).map((item) => [item['id'], item] as const)));
  const packs = accepted.map(
    (pack): RawFile => ({
      file: `packs/${pack.document.id}.json`,
      data: {
        document: pack.document.id,
        items: pack.items.map((item) => withFileCuration(itemFileForm(item), curated.get(item.id))),
      },
      lineOf: () => 1,
    }),
  );
  const files = [...kept, ...packs];
  const ids = new Set(files.flatMap((file) => itemsOf(file).map((item) => item['id'])));
  return buildLibrary(files.map((file) => repaired(file, accepted, ids)));
}

/** The item with the aliases and questions of the file added to its own. */
function withFileCuration(item: ItemFileForm, file: RawItem | undefined): ItemFileForm {
  if (file === undefined) return item;
  const union = (own: readonly string[] | undefined, more: unknown): string[] => [
    ...new Set([...(own ?? []), ...list(more).filter((text) => typeof text === 'string')]),
  ];
  return {
    ...item,
    aliases: union(item.aliases, file['aliases']),
    questions: union(item.questions, file['questions']),
  };
}

function repaired(file: RawFile, accepted: readonly Pack[], ids: ReadonlySet<unknown>): RawFile {
  if (file.file === 'library.yaml')
    return withDocuments(
      file,
      accepted.map((pack) => pack.document),
    );
  if (file.file === 'roles.yaml') return withRoles(file, accepted, ids);
  if (!file.file.includes('/')) return file;
  const items = itemsOf(file);
  if (items.every((item) => list(item['related']).every((id) => ids.has(id)))) return file;
  const data = file.data as RawItem;
  return {
    ...file,
    data: {
      ...data,
      items: items.map((item) => ({ ...item, related: list(item['related']).filter((id) => ids.has(id)) })),
    },
  };
}

function withDocuments(file: RawFile, own: readonly DocumentInfo[]): RawFile {
  const parsed = libraryFileSchema.safeParse(file.data);
  if (!parsed.success) return file;
  const kept = parsed.data.documents.map(
    (document) => own.find((candidate) => candidate.id === document.id) ?? document,
  );
  const added = own.filter((document) => !kept.some((candidate) => candidate.id === document.id));
  return { ...file, data: { documents: [...kept, ...added] } };
}

function withRoles(file: RawFile, accepted: readonly Pack[], ids: ReadonlySet<unknown>): RawFile {
  const parsed = rolesFileSchema.safeParse(file.data);
  if (!parsed.success) return file;
  const registry = roleRegistry(parsed.data.roles);
  const names = new Set(
    accepted.flatMap((pack) =>
      pack.items.flatMap((item) =>
        Object.values(item.raci ?? {}).flatMap((mentions) => mentions.map((role) => role.name)),
      ),
    ),
  );
  const added = [...names].filter((name) => registry.resolve(name).length === 0).map((name) => ({ name }));
  const roles = parsed.data.roles.map(({ definedIn, ...role }) =>
    definedIn === undefined || !ids.has(definedIn) ? role : { ...role, definedIn },
  );
  return { ...file, data: { roles: [...roles, ...added] } };
}

function documentOf(file: RawFile): string {
  const data = file.data;
  return typeof data === 'object' && data !== null && 'document' in data ? String(data.document) : '';
}

function itemsOf(file: RawFile): readonly RawItem[] {
  const data = file.data;
  if (
    !file.file.includes('/') ||
    typeof data !== 'object' ||
    data === null ||
    !('items' in data) ||
    !Array.isArray(data.items)
  )
    return [];
  return data.items.filter((item): item is RawItem => typeof item === 'object' && item !== null);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The shipped files as packs, one a document, so that an import can be compared with them and rolled back to them.
 * Files that do not validate are left out: `buildLibrary` reports them.
 */
export function shippedPacks(shipped: readonly RawFile[]): readonly Pack[] {
  const library = libraryFileSchema.safeParse(shipped.find((file) => file.file === 'library.yaml')?.data);
  if (!library.success) return [];
  return library.data.documents.flatMap((document): readonly Pack[] => {
    const items = shipped.flatMap((file) => {
      const parsed =
        file.file.includes('/') && documentOf(file) === document.id ? itemFileSchema.safeParse(file.data) : null;
      return parsed?.success === true ? parsed.data.items : [];
    });
    if (items.length === 0) return [];
    return [
      {
        document,
        source: { file: 'knowledge', sha256: '0'.repeat(64), bytes: 0, kind: 'shipped' },
        curatedFrom: null,
        items,
      },
    ];
  });
}
