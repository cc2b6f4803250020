/** Reading a bundle's side files in step with its entries, without holding them in memory. */
import { type BundleSource, collect, hashing, linesOf, SMALL_FILE_BYTES_MAX } from './bundle-files.ts';
import { type DisclosureLine, FILES, type Manifest, parseDisclosureLine } from './bundle-format.ts';
import { disclosureMatches } from './disclose.ts';
import { fromUtf8, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { FindingList } from './findings.ts';
import type { Crypto, KnownKey } from './ports.ts';
import { keyIdOf, publicKeyOfPem } from './public-key.ts';
import type { Statement } from './statement.ts';

const KEYS_MAX = 100;

/** What one verification carries through its steps. */
export type BundleJob = {
  readonly crypto: Crypto;
  readonly source: BundleSource;
  readonly findings: FindingList;
  readonly manifest: Manifest;
};

/** A whole file of at most 64 MiB; throws `bundle_invalid` when it is absent and `bundle_too_large`. */
export async function readSmall(source: BundleSource, name: string): Promise<Uint8Array> {
  const size = source.files.get(name);
  if (size === undefined) throw new EvidenceError('bundle_invalid', `${name} is missing`);
  if (size > SMALL_FILE_BYTES_MAX) throw new EvidenceError('bundle_too_large', `${name} has ${size} bytes`);
  return collect(source.stream(name));
}

/** Lines that carry a rising `index`, read in step with the entries. */
export type LineCursor<T> = {
  /** All lines of this index. Lines of indexes that were passed over count as left. */
  at(index: number): Promise<readonly T[]>;
  /** Reads to the end; how many lines belonged to no entry asked for. */
  rest(): Promise<number>;
};

/** A cursor over an ndjson file; an absent file has no lines. Throws `bundle_invalid` where indexes fall. */
export function createLineCursor<T extends { readonly index: number }>(
  source: BundleSource,
  name: string,
  parse: (line: string) => T,
): LineCursor<T> {
  const lines = source.files.has(name) ? linesOf(source.stream(name)) : null;
  let next: T | null | undefined;
  let left = 0;
  let last = 0;
  const peek = async (): Promise<T | null> => {
    if (next !== undefined) return next;
    const step = await lines?.next();
    next = step === undefined || step.done === true ? null : parse(step.value);
    if (next !== null && next.index < last) throw new EvidenceError('bundle_invalid', `${name} is out of order`);
    last = next?.index ?? last;
    return next;
  };
  return {
    at: async (index) => {
      const found: T[] = [];
      for (let line = await peek(); line !== null && line.index <= index; line = await peek()) {
        if (line.index === index) found.push(line);
        else left += 1;
        next = undefined;
      }
      return found;
    },
    rest: async () => {
      while ((await peek()) !== null) {
        left += 1;
        next = undefined;
      }
      return left;
    },
  };
}

/** Statement keys of `keys/`; a file whose name is not the digest of its key is a finding. */
export async function readKeys({ crypto, source, findings }: BundleJob): Promise<ReadonlyMap<string, KnownKey>> {
  const keys = new Map<string, KnownKey>();
  const names = [...source.files.keys()].filter((name) => name.startsWith('keys/'));
  for (const name of names.slice(0, KEYS_MAX)) {
    try {
      const publicKey = publicKeyOfPem(fromUtf8(await readSmall(source, name)));
      const keyId = await keyIdOf(crypto, publicKey);
      if (name === `keys/${keyId}.pem`) keys.set(keyId, { keyId, publicKey });
      else findings.add('key_mismatch', null, `${name} holds the key ${keyId}`);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      findings.add('key_mismatch', null, `${name}: ${error.message}`);
    }
  }
  return keys;
}

type HiddenText = Extract<DisclosureLine, { index: number }>;

/** Checks the bundle's texts against the hashes in the entries, entry by entry. */
export function createDisclosureReader({ crypto, source, findings }: BundleJob): {
  /** `hidden` null passes the texts of an entry by that nobody vouches for. */
  check(index: number, hidden: readonly string[] | null): Promise<void>;
  /** How many texts matched. */
  end(): Promise<number>;
} {
  let matched = 0;
  const cursor = createLineCursor<HiddenText>(onlyTexts(source), FILES.disclosures, (line) => {
    const parsed = parseDisclosureLine(line);
    if ('index' in parsed) return parsed;
    throw new EvidenceError('bundle_invalid', 'a name after the first text');
  });
  return {
    check: async (index, hidden) => {
      for (const { hash, salt, value } of await cursor.at(index)) {
        if (hidden === null) continue;
        if (!hidden.includes(hash)) {
          findings.add('disclosure_unreferenced', index, `the entry does not hide ${hash}`);
        } else if (await disclosureMatches(crypto, { hash, salt, value, person: null })) {
          matched += 1;
        } else {
          findings.add('disclosure_mismatch', index, `the text given for ${hash} does not match it`);
        }
      }
    },
    end: async () => {
      const left = await cursor.rest();
      if (left > 0) findings.add('disclosure_unreferenced', null, `${left} texts belong to no entry`);
      return matched;
    },
  };
}

/** The same source without the names that stand before the texts. */
function onlyTexts(source: BundleSource): BundleSource {
  return {
    files: source.files,
    stream: async function* (name) {
      let texts = false;
      for await (const line of linesOf(source.stream(name))) {
        texts ||= !('person' in parseDisclosureLine(line));
        if (texts) yield new TextEncoder().encode(`${line}\n`);
      }
    },
  };
}

/** Which objects of the bundle its entries name; anybody could add others. */
export function createObjectNames(source: BundleSource): {
  see(statement: Statement): void;
  readonly named: ReadonlySet<string>;
} {
  const named = new Set<string>();
  const present = [...source.files.keys()].some((name) => name.startsWith('objects/'));
  return {
    see: (statement) => {
      if (!present) return;
      for (const [hash] of JSON.stringify(statement).matchAll(/(?<=")[0-9a-f]{64}(?=")/g)) {
        if (source.files.has(`objects/${hash}`)) named.add(`objects/${hash}`);
      }
    },
    named,
  };
}

/** File names in one line; those of a folder are counted where there are many. */
export function filesInWords(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name.slice(0, name.lastIndexOf('/') + 1));
  return [...groups]
    .flatMap(([folder, files]) => (folder === '' || files.length < 3 ? files : [`${files.length} files in ${folder}`]))
    .join(', ');
}

/** Each object's bytes must hash to its name. */
export async function verifyObjects({ crypto, source, findings }: BundleJob): Promise<void> {
  for (const name of source.files.keys()) {
    if (!name.startsWith('objects/')) continue;
    const found = toHex(await crypto.sha256(await readSmall(source, name)));
    if (`objects/${found}` !== name) findings.add('object_mismatch', null, name);
  }
}

/** Hashes of all files that were not hashed on the way. */
export async function verifyOtherFiles({ crypto, source, manifest, findings }: BundleJob): Promise<void> {
  for (const { name, sha256 } of manifest.files) {
    if (name === FILES.entries || !source.files.has(name)) continue;
    for await (const _ of hashing(crypto, source.stream(name), (found) => {
      if (found !== sha256) findings.add('file_mismatch', null, name);
    })) {
      // Only the hash matters here.
    }
  }
}
