/**
 * The library: every item of every document, validated as a whole and addressable. Half a library is never put in
 * force: all problems of all files are reported together.
 */
import type { z } from 'zod';
import type { KnowledgeErrorCode, KnowledgeIssue } from './errors.ts';
import { KnowledgeError } from './errors.ts';
import { valueHash } from './hash.ts';
import type { RawFile } from './raw.ts';
import type { RoleRegistry } from './roles.ts';
import { roleRegistry } from './roles.ts';
import type { Audience, Authority, DocumentInfo, Glossary, Item, RaciLetter, RoleMap } from './schema.ts';
import { glossaryFileSchema, itemFileSchema, libraryFileSchema, roleMapFileSchema, rolesFileSchema } from './schema.ts';

/** The RACI letters in the order they are printed. */
export const RACI_LETTERS: readonly RaciLetter[] = ['responsible', 'accountable', 'consulted', 'informed'];

/** An item in force, with what its document adds. */
export type LibraryItem = Omit<Item, 'audience'> & {
  /** Id of its document in `library.yaml`. */
  readonly document: string;
  readonly version: string;
  readonly authority: Authority;
  readonly audience: Audience;
  /** Hex sha256 of the item's canonical JSON. */
  readonly hash: string;
};

/** A document in force. `hash` covers its description and its items' hashes. */
export type LibraryDocument = DocumentInfo & { readonly hash: string; readonly itemIds: readonly string[] };

/** What the organisation knows; immutable. */
export type Library = {
  readonly hash: string;
  readonly documents: ReadonlyMap<string, LibraryDocument>;
  /** In document order, then file order. */
  readonly items: ReadonlyMap<string, LibraryItem>;
  readonly roles: RoleRegistry;
  readonly glossary: Glossary;
  readonly roleMap: RoleMap;
  /** Canonical role name -> where it stands, by letter. */
  readonly reverse: ReadonlyMap<string, readonly RoleUse[]>;
};

/** One mention of a role in an item's RACI. */
export type RoleUse = {
  readonly itemId: string;
  readonly letter: RaciLetter;
  /** As the document prints it. */
  readonly printed: string;
  readonly note: string | null;
  /** One of several alternatives ("A or B"). */
  readonly alternative: boolean;
  /** The role stands only in the bracketed qualification, not in the name. */
  readonly inNote: boolean;
  /** The printed name stands for more than this role ("Legal and Compliance Teams"). */
  readonly joint: boolean;
};

const SPECIAL_FILES = ['library.yaml', 'roles.yaml', 'glossary.yaml', 'role-map.yaml'] as const;
type SpecialFile = (typeof SPECIAL_FILES)[number];

type Collector = {
  readonly issues: KnowledgeIssue[];
  code: KnowledgeErrorCode | null;
  readonly add: (code: KnowledgeErrorCode, issue: KnowledgeIssue) => void;
};

function collector(): Collector {
  const self: Collector = {
    issues: [],
    code: null,
    add: (code, issue) => {
      self.code ??= code;
      self.issues.push(issue);
    },
  };
  return self;
}

/**
 * Builds the library from raw files. Top-level YAML files other than the four special ones belong to other rooms
 * (`approval-policy.yaml`) and are skipped; files in folders hold items.
 * @throws KnowledgeError with every issue of every file.
 */
export function buildLibrary(files: readonly RawFile[]): Library {
  const problems = collector();
  const special = new Map(files.filter((file) => !file.file.includes('/')).map((file) => [file.file, file]));
  const documents = readSpecial(special, 'library.yaml', libraryFileSchema, problems)?.documents ?? [];
  const roles = readSpecial(special, 'roles.yaml', rolesFileSchema, problems)?.roles ?? [];
  const glossary = readSpecial(special, 'glossary.yaml', glossaryFileSchema, problems);
  const roleMap = readSpecial(special, 'role-map.yaml', roleMapFileSchema, problems);
  const placed: Placed[] = [];
  for (const file of files.filter((candidate) => candidate.file.includes('/'))) {
    const parsed = readFile(file, itemFileSchema, problems);
    if (parsed === null) continue;
    parsed.items.forEach((item, index) => {
      placed.push({ item, document: parsed.document, file, index });
    });
  }
  const registry = roleRegistry(roles);
  crossCheck(placed, documents, registry, special.get('roles.yaml') ?? null, problems);
  if (problems.code !== null || glossary === null || roleMap === null) {
    throw new KnowledgeError(problems.code ?? 'missing_file', problems.issues);
  }
  return assemble(placed, documents, registry, glossary, roleMap);
}

type Placed = { readonly item: Item; readonly document: string; readonly file: RawFile; readonly index: number };

function readSpecial<T extends z.ZodType>(
  files: ReadonlyMap<string, RawFile>,
  name: SpecialFile,
  schema: T,
  problems: Collector,
): z.infer<T> | null {
  const file = files.get(name);
  if (file !== undefined) return readFile(file, schema, problems);
  problems.add('missing_file', {
    file: name,
    line: 1,
    path: '',
    expected: 'the file to exist',
    remedy: `Restore ${name} in the knowledge folder.`,
  });
  return null;
}

function readFile<T extends z.ZodType>(file: RawFile, schema: T, problems: Collector): z.infer<T> | null {
  const parsed = schema.safeParse(file.data);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.slice(0, 50)) {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    problems.add('schema', {
      file: file.file,
      line: file.lineOf(path),
      path: path.join('.'),
      expected: issue.message,
      remedy: 'Correct the value, or remove the key when it is not one the format knows.',
    });
  }
  return null;
}

function crossCheck(
  placed: readonly Placed[],
  documents: readonly DocumentInfo[],
  registry: RoleRegistry,
  rolesFile: RawFile | null,
  problems: Collector,
): void {
  const byId = new Map<string, Placed>();
  const at = (entry: Placed, path: readonly (string | number)[]): { file: string; line: number; path: string } => {
    const full = ['items', entry.index, ...path];
    return { file: entry.file.file, line: entry.file.lineOf(full), path: full.join('.') };
  };
  for (const entry of placed) {
    const { item } = entry;
    const other = byId.get(item.id);
    if (other === undefined) byId.set(item.id, entry);
    else {
      const remedy = `It also stands in ${other.file.file}; give one of them another id.`;
      problems.add('duplicate_id', {
        ...at(entry, ['id']),
        expected: `an id of its own (${item.id} is taken)`,
        remedy,
      });
    }
    const document = documents.find((candidate) => candidate.id === entry.document);
    if (document === undefined) {
      const remedy = `Use one of: ${documents.map((candidate) => candidate.id).join(', ')}.`;
      const place = { file: entry.file.file, line: entry.file.lineOf(['document']), path: 'document' };
      problems.add('unknown_document', {
        ...place,
        expected: `a document of library.yaml, not ${entry.document}`,
        remedy,
      });
    } else if (!item.id.startsWith(`${document.prefix}-`)) {
      const remedy = `Ids of ${document.id} start with ${document.prefix}-.`;
      problems.add('unknown_document', {
        ...at(entry, ['id']),
        expected: `an id starting with ${document.prefix}-`,
        remedy,
      });
    }
  }
  for (const entry of placed) {
    entry.item.related.forEach((id, index) => {
      if (byId.has(id)) return;
      const place = at(entry, ['related', index]);
      problems.add('unknown_id', {
        ...place,
        expected: `an existing item, not ${id}`,
        remedy: 'Correct or remove the id.',
      });
    });
    for (const letter of RACI_LETTERS) {
      for (const mention of entry.item.raci?.[letter] ?? []) {
        if (registry.resolve(mention.name).length > 0) continue;
        const remedy = 'Add it to roles.yaml, as a role or as a spelling of one.';
        problems.add('unknown_role', {
          ...at(entry, ['raci', letter]),
          expected: `a role of roles.yaml, not "${mention.name}"`,
          remedy,
        });
      }
    }
  }
  registry.roles.forEach((role, index) => {
    if (role.definedIn === undefined || byId.has(role.definedIn) || rolesFile === null) return;
    const path = ['roles', index, 'definedIn'];
    const place = { file: rolesFile.file, line: rolesFile.lineOf(path), path: path.join('.') };
    problems.add('unknown_id', {
      ...place,
      expected: `an existing item, not ${role.definedIn}`,
      remedy: 'Correct the id.',
    });
  });
}

function assemble(
  placed: readonly Placed[],
  infos: readonly DocumentInfo[],
  roles: RoleRegistry,
  glossary: Glossary,
  roleMap: RoleMap,
): Library {
  const items = new Map<string, LibraryItem>();
  const documents = new Map<string, LibraryDocument>();
  for (const info of infos) {
    const own = placed
      .filter((entry) => entry.document === info.id)
      .sort((a, b) => compareIds(a.item.id, b.item.id))
      .map(({ item }): LibraryItem => {
        const audience = item.audience ?? info.audience;
        const place = { document: info.id, version: info.version, authority: info.authority, audience };
        return { ...item, ...place, hash: valueHash(item) };
      });
    for (const item of own) items.set(item.id, item);
    const hash = valueHash({ info, items: own.map((item) => [item.id, item.hash]) });
    documents.set(info.id, { ...info, hash, itemIds: own.map((item) => item.id) });
  }
  const hash = valueHash({
    documents: [...documents.values()].map((document) => [document.id, document.hash]),
    roles: roles.roles,
    glossary,
    roleMap,
  });
  return { hash, documents, items, roles, glossary, roleMap, reverse: reverseRaci(items, roles) };
}

/** Orders ids as people count: `WP-2.10` after `WP-2.9`. */
export function compareIds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function reverseRaci(
  items: ReadonlyMap<string, LibraryItem>,
  roles: RoleRegistry,
): ReadonlyMap<string, readonly RoleUse[]> {
  const reverse = new Map<string, RoleUse[]>();
  const push = (role: string, use: RoleUse): void => {
    const uses = reverse.get(role) ?? [];
    if (!uses.some((known) => known.itemId === use.itemId && known.letter === use.letter)) uses.push(use);
    reverse.set(role, uses);
  };
  for (const item of items.values()) {
    for (const letter of RACI_LETTERS) {
      const mentions = item.raci?.[letter] ?? [];
      const alternative = mentions.length > 1 && item.alternatives.includes(letter);
      for (const mention of mentions) {
        const base = { itemId: item.id, letter, printed: mention.name, note: mention.note, alternative };
        const named = roles.resolve(mention.name);
        for (const role of named) push(role, { ...base, inNote: false, joint: named.length > 1 });
        if (mention.note === null) continue;
        for (const role of roles.resolve(mention.note.replace(/^or /i, ''))) {
          if (!named.includes(role)) push(role, { ...base, inNote: true, joint: false });
        }
      }
    }
  }
  return reverse;
}
