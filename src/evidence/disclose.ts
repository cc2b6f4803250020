/**
 * Salted hashes in place of names and free text. The leaf keeps the hash for ever; what it hides stands beside and can
 * be erased without touching a proof. hash = SHA-256(salt(32) || utf8(value)).
 */
import { canonicalText } from './canonical.ts';
import { concat, fromBase64, toBase64, toHex, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto, Disclosure } from './ports.ts';

const SALT_BYTES = 32;

/** What stands in the data: `$type: "json"` marks a value that was no string and is hidden as canonical JSON. */
type Hidden = { readonly $hidden: string; readonly $type?: 'json' };

/**
 * A place in the data: keys and array indexes joined by dots, `*` for every element or member (`votes.*.reason`). With
 * `person`, the disclosures found there are about that person. With `saltOnly` the value itself is kept nowhere: whoever
 * has it can show that it is the one, and nobody can read it back.
 */
export type HidePath = string | { readonly path: string; readonly person: string | null; readonly saltOnly?: true };

type Target = { readonly segments: readonly string[]; readonly person: string | null; readonly saltOnly: boolean };

/** True for the marker that `hide` leaves. */
function isHidden(value: unknown): value is Hidden {
  if (typeof value !== 'object' || value === null || !('$hidden' in value)) return false;
  return typeof value.$hidden === 'string' && /^[0-9a-f]{64}$/.test(value.$hidden);
}

/**
 * Replaces the values at `paths` by salted hashes. Absent and null values, and members with the value undefined, are
 * left out or left alone; a value that is hidden already is left alone. `saltFor` gives 32 fresh random bytes for each
 * place it is called with. Returns a copy; the input is not changed. Throws `path_invalid` or `bad_hash`.
 */
export async function hide(
  crypto: Crypto,
  data: unknown,
  paths: readonly HidePath[],
  saltFor: (path: string) => Uint8Array,
  person: string | null = null,
): Promise<{ readonly data: unknown; readonly disclosures: readonly Disclosure[] }> {
  const targets = paths.map((entry): Target => {
    const path = typeof entry === 'string' ? entry : entry.path;
    if (!/^[^.\s]+(\.[^.\s]+)*$/.test(path)) throw new EvidenceError('path_invalid', `not a path: ${path}`);
    const segments = path.split('.');
    if (typeof entry === 'string') return { segments, person, saltOnly: false };
    return { segments, person: entry.person, saltOnly: entry.saltOnly ?? false };
  });
  const disclosures: Disclosure[] = [];
  const walk = async (value: unknown, open: readonly Target[], at: readonly string[]): Promise<unknown> => {
    const hit = open.find((target) => target.segments.length === 0);
    if (hit !== undefined && value !== null && !isHidden(value)) {
      return hideValue(crypto, value, saltFor(at.join('.')), hit, disclosures);
    }
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      for (const [i, item] of value.entries())
        copy.push(await walk(item, descend(open, String(i)), [...at, String(i)]));
      return copy;
    }
    if (typeof value === 'object' && value !== null) {
      const members: [string, unknown][] = [];
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined) members.push([key, await walk(item, descend(open, key), [...at, key])]);
      }
      return Object.fromEntries(members);
    }
    return value;
  };
  return { data: await walk(data, targets, []), disclosures };
}

function descend(open: readonly Target[], key: string): readonly Target[] {
  return open
    .filter(({ segments }) => segments[0] === '*' || segments[0] === key)
    .map((target) => ({ ...target, segments: target.segments.slice(1) }));
}

async function hideValue(
  crypto: Crypto,
  value: unknown,
  salt: Uint8Array,
  { person, saltOnly }: Target,
  disclosures: Disclosure[],
): Promise<Hidden> {
  if (salt.length !== SALT_BYTES) throw new EvidenceError('bad_hash', `a salt has ${SALT_BYTES} bytes`);
  const text = typeof value === 'string' ? value : canonicalText(value);
  const hash = await disclosureHash(crypto, salt, text);
  disclosures.push({ hash, salt: toBase64(salt), value: saltOnly ? null : text, person });
  return typeof value === 'string' ? { $hidden: hash } : { $hidden: hash, $type: 'json' };
}

/** Hex SHA-256(salt || utf8(value)). */
export async function disclosureHash(crypto: Crypto, salt: Uint8Array, value: string): Promise<string> {
  return toHex(await crypto.sha256(concat(salt, utf8(value))));
}

/** Stands in place of an erased text. */
export const ERASED = '[erased]';

/**
 * Puts hidden values back. A value that was erased or is not known becomes `erased` (default `[erased]`), or null where
 * the hidden value was no string.
 */
export function reveal(
  data: unknown,
  lookup: (hash: string) => Disclosure | undefined,
  erased: string | null = ERASED,
): unknown {
  if (isHidden(data)) {
    const value = lookup(data.$hidden)?.value ?? null;
    if (data.$type === 'json') return value === null ? null : parsedOrNull(value);
    return value ?? erased;
  }
  if (Array.isArray(data)) return data.map((item) => reveal(item, lookup, erased));
  if (typeof data === 'object' && data !== null) {
    return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, reveal(item, lookup, erased)]));
  }
  return data;
}

/** A stored text may have been tampered with: what cannot be read counts as erased, and verification names it. */
function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All hashes that the data hides, in order of appearance. */
export function hiddenHashes(data: unknown): readonly string[] {
  if (isHidden(data)) return [data.$hidden];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap((item) => hiddenHashes(item));
}

/** Whether a disclosure's value and salt give its hash; an erased one (value null) has nothing to check: true. */
export async function disclosureMatches(crypto: Crypto, disclosure: Disclosure): Promise<boolean> {
  if (disclosure.value === null) return true;
  try {
    const salt = fromBase64(disclosure.salt);
    return salt.length === SALT_BYTES && (await disclosureHash(crypto, salt, disclosure.value)) === disclosure.hash;
  } catch {
    return false;
  }
}
