/**
 * "Verify now" on the page of a request: reads each entry, its proof and its texts from the server and checks them here,
 * in the reader's browser, against the verifier key that the reader put in. Nothing is sent anywhere.
 */
import { z } from 'zod';
import { disclosureMatches, hiddenHashes } from '#src/evidence/disclose.ts';
import { parseEnvelope, verifyEnvelope } from '#src/evidence/dsse.ts';
import { fromBase64 } from '#src/evidence/encoding.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { parseVerifierKey, type VerifierKey } from '#src/evidence/note.ts';
import type { Crypto, KnownKey } from '#src/evidence/ports.ts';
import { verifyProofFile } from '#src/evidence/proof-file.ts';
import { keyIdOf } from '#src/evidence/public-key.ts';
import { parseStatement, type Statement } from '#src/evidence/statement.ts';
import { canVerify, createWebCrypto } from './web-crypto.ts';

// The page's policy forbids code made from text, which zod would otherwise try.
z.config({ jitless: true });

const keysSchema = z.array(z.object({ keyId: z.string(), publicKey: z.string(), announcedAt: z.int().nullable() }));
const textsSchema = z.array(z.object({ hash: z.string(), salt: z.string(), value: z.string() }));

type Checked = { readonly index: number; readonly size: number; readonly statement: Statement; readonly texts: number };
type Job = { readonly crypto: Crypto; readonly vkey: VerifierKey; readonly keys: ReadonlyMap<string, KnownKey> };

async function get(path: string): Promise<Uint8Array> {
  const response = await fetch(path, { cache: 'no-store', credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Inclusion under the signed checkpoint, the statement's own signature, and each text against its hash. */
async function check({ crypto, vkey, keys }: Job, index: number): Promise<Checked> {
  const at = `/evidence/entries/${index}`;
  const [leaf, proof] = await Promise.all([get(`${at}.dsse.json`), get(`${at}.tlog-proof`)]);
  const proven = await verifyProofFile(crypto, new TextDecoder().decode(proof), leaf, [vkey], vkey.name);
  if (proven.index !== index) throw new EvidenceError('proof_invalid', `the proof is of entry ${proven.index}`);
  const envelope = parseEnvelope(leaf);
  await verifyEnvelope(crypto, envelope, keys);
  const statement = parseStatement(envelope.payload);
  const hidden = new Set(hiddenHashes(statement.predicate.data));
  const texts = textsSchema.parse(JSON.parse(new TextDecoder().decode(await get(`${at}.texts.json`))));
  for (const text of texts) {
    if (!hidden.has(text.hash) || !(await disclosureMatches(crypto, { ...text, person: null }))) {
      throw new EvidenceError('disclosure_invalid', 'a text on the page is not what was signed');
    }
  }
  return { index, size: proven.checkpoint.size, statement, texts: texts.length };
}

/** Statement keys as the server lists them, each only if an entry of the log itself, proven here, announces it. */
async function announcedKeys(
  crypto: Crypto,
  vkey: VerifierKey,
  listed: string,
): Promise<ReadonlyMap<string, KnownKey>> {
  const known = new Map<string, KnownKey>();
  for (const { keyId, publicKey, announcedAt } of keysSchema.parse(JSON.parse(listed))) {
    if (announcedAt === null || !(await names(crypto, vkey, announcedAt, keyId))) continue;
    const bytes = fromBase64(publicKey);
    if ((await keyIdOf(crypto, bytes)) === keyId) known.set(keyId, { keyId, publicKey: bytes });
  }
  return known;
}

async function names(crypto: Crypto, vkey: VerifierKey, index: number, keyId: string): Promise<boolean> {
  const at = `/evidence/entries/${index}`;
  const [leaf, proof] = await Promise.all([get(`${at}.dsse.json`), get(`${at}.tlog-proof`)]);
  await verifyProofFile(crypto, new TextDecoder().decode(proof), leaf, [vkey], vkey.name);
  const { event, data } = parseStatement(parseEnvelope(leaf).payload).predicate;
  const said = z.object({ statementKeyId: z.string().optional(), keyId: z.string().optional() }).safeParse(data);
  if (!said.success) return false;
  return event.type === 'log.started' ? said.data.statementKeyId === keyId : said.data.keyId === keyId;
}

function element<T extends Element>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`no ${id} on the page`);
}

async function verify(part: HTMLElement, say: (text: string, kind: '' | 'good' | 'bad') => void): Promise<void> {
  if (!(await canVerify())) return say('This browser cannot verify Ed25519 signatures. Use a newer one.', 'bad');
  const crypto = createWebCrypto();
  const vkey = await parseVerifierKey(crypto, element('vkey', HTMLInputElement).value);
  const job = { crypto, vkey, keys: await announcedKeys(crypto, vkey, part.dataset['keys'] ?? '[]') };
  const indexes = (part.dataset['entries'] ?? '').split(',').filter(Boolean).map(Number);
  const list = document.createElement('ul');
  element('verify-details', HTMLElement).replaceChildren(list);
  let bad = 0;
  let size = 0;
  for (const index of indexes) {
    const line = document.createElement('li');
    try {
      const done = await check(job, index);
      size = done.size;
      line.textContent = `Entry ${index}, ${done.statement.predicate.event.type}: in the log, signed, ${done.texts} texts match`;
    } catch (error) {
      bad += 1;
      line.textContent = `Entry ${index}: REFUSED, ${error instanceof Error ? error.message : String(error)}`;
    }
    list.append(line);
    say(`Checking… ${list.childElementCount} of ${indexes.length}`, '');
  }
  if (bad > 0)
    say(`Not verified: ${bad} of ${indexes.length} entries do not hold. Keep this page and tell an auditor.`, 'bad');
  else
    say(`Verified: all ${indexes.length} entries are signed and in the log of ${size} entries under this key.`, 'good');
}

const part = element('verify', HTMLElement);
const button = element('verify-now', HTMLButtonElement);
const status = element('verify-status', HTMLElement);

button.addEventListener('click', () => {
  const say = (text: string, kind: '' | 'good' | 'bad'): void => {
    status.textContent = text;
    status.className = kind === '' ? '' : `note ${kind}`;
  };
  button.disabled = true;
  say('Checking…', '');
  verify(part, say)
    .catch((error: unknown) => say(`Refused: ${error instanceof Error ? error.message : String(error)}`, 'bad'))
    .finally(() => {
      button.disabled = false;
    });
});
