/** The registry of roles: one canonical name for the spellings that documents and people use. */
import { nameKey, withoutAbbreviation } from './names.ts';
import type { Role } from './schema.ts';

/** Words that end a role's name without distinguishing it: "Compliance Department" is the Compliance Team. */
const TAIL = /^(.+?) (?:team|department|dept|group|staff)$/;

/** Read-only look-ups over the roles; build with {@link roleRegistry}. */
export type RoleRegistry = {
  /** In the order of the file. */
  readonly roles: readonly Role[];
  /** Canonical name for a spelling, abbreviation or plural; null when the name is not known. */
  readonly canonical: (name: string) => string | null;
  /**
   * Canonical names of everyone a printed mention stands for: "Legal and Compliance Departments" stands for two.
   * Empty when nothing is known.
   */
  readonly resolve: (printed: string) => readonly string[];
  readonly get: (canonical: string) => Role | null;
  /** Every key by which a role can be found: full (names, spellings, abbreviations) and short ("compliance"). */
  readonly keys: ReadonlyMap<string, { readonly role: string; readonly short: boolean }>;
};

/** Builds the look-ups. The first role that claims a spelling keeps it. */
export function roleRegistry(roles: readonly Role[]): RoleRegistry {
  const keys = new Map<string, { role: string; short: boolean }>();
  const claim = (spelling: string, role: string, short: boolean): void => {
    const key = nameKey(spelling);
    if (key !== '' && !keys.has(key)) keys.set(key, { role, short });
  };
  for (const role of roles) claim(role.name, role.name, false);
  for (const role of roles) {
    if (role.abbreviation !== undefined) claim(role.abbreviation, role.name, false);
    for (const spelling of role.spellings) claim(spelling, role.name, false);
  }
  for (const [key, { role }] of [...keys]) {
    const stem = TAIL.exec(key)?.[1];
    if (stem !== undefined && !keys.has(stem)) keys.set(stem, { role, short: true });
  }
  const byName = new Map(roles.map((role) => [role.name, role]));
  const canonical = (name: string): string | null => {
    const key = nameKey(name);
    const stem = TAIL.exec(key)?.[1];
    return keys.get(key)?.role ?? (stem === undefined ? undefined : keys.get(stem)?.role) ?? null;
  };
  return {
    roles,
    canonical,
    resolve: (printed) => resolveMention(printed, canonical),
    get: (name) => byName.get(name) ?? null,
    keys,
  };
}

function resolveMention(printed: string, canonical: (name: string) => string | null): readonly string[] {
  const whole = canonical(printed);
  const tail = / (teams?|departments?|bodies|officers?)$/i.exec(printed)?.[0] ?? '';
  const parts = printed
    .replace(/\([^)]*\)/g, ' ')
    .split(/,| and | & |\bor\b/i)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length < 2) return whole === null ? [] : [whole];
  const found = parts.map((part) => canonical(part) ?? canonical(part + tail)).filter((name) => name !== null);
  const all = whole === null ? found : [whole, ...found];
  return [...new Set(all)];
}

/**
 * A role as an answer's `roles` prints it: as in the document, a trailing abbreviation in brackets stripped, and a bare
 * title abbreviation ("CTO") spelt out.
 */
export function printedRole(registry: RoleRegistry, printed: string): string {
  const name = withoutAbbreviation(printed);
  if (!/^[A-Z]{2,5}$/.test(name)) return name;
  return registry.canonical(name) ?? name;
}
