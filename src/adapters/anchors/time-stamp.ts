/**
 * RFC 3161 time stamps on checkpoints: an authority signs that these bytes existed at its time, so nobody can make an
 * older history later. Check one by `openssl ts -verify -data checkpoint-N.txt -in checkpoint-N.tsr -CAfile CA.pem`.
 */
import { createHash, randomBytes, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnchorKeeper } from '#src/delivery/anchors.ts';
import { at, type Der, damaged, der, elements, inside, oid, TAG } from './der.ts';
import { AnchorError, checkpointName, logFolder, sizeOfName, writeOnce } from './folder.ts';

const SHA256 = oid('2.16.840.1.101.3.4.2.1');
const SIGNED_DATA = oid('1.2.840.113549.1.7.2');
const TST_INFO = oid('1.2.840.113549.1.9.16.1.4');
const MESSAGE_DIGEST = oid('1.2.840.113549.1.9.4');
const DIGESTS: readonly (readonly [Uint8Array, string])[] = [
  [SHA256, 'sha256'],
  [oid('2.16.840.1.101.3.4.2.2'), 'sha384'],
  [oid('2.16.840.1.101.3.4.2.3'), 'sha512'],
];
const ANSWER_BYTES_MAX = 65_536;
const WAIT_MS = 20_000;

/** What a time stamp says, after its own signature was checked. */
export type TimeStamp = { readonly at: Date; readonly serial: string; readonly signer: string };

/** A TimeStampReq for bytes, asking for the certificate. `nonce` is 8 bytes. */
function timeStampRequest(bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  const imprint = der(TAG.sequence, der(TAG.sequence, SHA256, der(TAG.null)), der(TAG.octets, sha256(bytes)));
  const version = der(TAG.integer, Uint8Array.of(1));
  return der(TAG.sequence, version, imprint, der(TAG.integer, positive(nonce)), der(TAG.boolean, Uint8Array.of(0xff)));
}

/**
 * Checks a TimeStampResp: granted, for these bytes and this nonce (null: not compared), signed by the certificate it
 * carries; `ca` (PEM), where it is given, must have issued that one. Throws AnchorError.
 */
export function openTimeStamp(
  response: Uint8Array,
  bytes: Uint8Array,
  nonce: Uint8Array | null,
  ca: string | null = null,
): TimeStamp {
  const reply = inside(elements(response), 0, TAG.sequence);
  const status = at(inside(reply, 0, TAG.sequence), 0, TAG.integer).content;
  if (status.length !== 1 || (status[0] ?? 9) > 1) {
    throw new AnchorError('refused', `The time-stamping authority refused (status ${status[0] ?? 'none'}).`);
  }
  const info = inside(reply, 1, TAG.sequence);
  same(at(info, 0, TAG.oid), SIGNED_DATA);
  const signed = inside(inside(info, 1, 0xa0), 0, TAG.sequence);
  const content = inside(signed, 2, TAG.sequence);
  same(at(content, 0, TAG.oid), TST_INFO);
  const tst = at(inside(content, 1, 0xa0), 0, TAG.octets).content;
  const fields = inside(elements(tst), 0, TAG.sequence);
  const imprint = inside(fields, 2, TAG.sequence);
  same(at(inside(imprint, 0, TAG.sequence), 0, TAG.oid), SHA256);
  if (!equal(at(imprint, 1, TAG.octets).content, sha256(bytes))) {
    throw new AnchorError('unusable_answer', 'The time stamp is for other bytes.');
  }
  const answered = fields.slice(5).find(({ tag }) => tag === TAG.integer)?.content;
  if (nonce !== null && (answered === undefined || !equal(answered, positive(nonce)))) {
    throw new AnchorError('unusable_answer', 'The time stamp answers another question.');
  }
  const signer = verifySigner(signed, tst, ca);
  const serial = Buffer.from(at(fields, 3, TAG.integer).content).toString('hex');
  return { at: timeOf(at(fields, 4, TAG.time).content), serial, signer };
}

/** CMS (RFC 5652 5.4): the signed attributes hold the digest of the content, and their DER as a SET is what is signed. */
function verifySigner(signed: readonly Der[], content: Uint8Array, ca: string | null): string {
  const certificates = elements(signed.find(({ tag }) => tag === 0xa0)?.content ?? new Uint8Array());
  const info = inside(inside(signed, signed.length - 1, TAG.set), 0, TAG.sequence);
  const algorithm = at(inside(info, 2, TAG.sequence), 0, TAG.oid).bytes;
  const digest = DIGESTS.find(([id]) => equal(id, algorithm))?.[1];
  const attributes = at(info, 3, 0xa0);
  const own = elements(attributes.content).map(({ content: inner }) => elements(inner));
  const claimed = own.find(([id]) => id !== undefined && equal(id.bytes, MESSAGE_DIGEST));
  if (digest === undefined || claimed === undefined) throw damaged();
  const expected = createHash(digest).update(content).digest();
  if (!equal(at(inside(claimed, 1, TAG.set), 0, TAG.octets).content, expected)) throw damaged();
  const message = Buffer.concat([Uint8Array.of(TAG.set), attributes.bytes.subarray(1)]);
  const signature = at(info, 5, TAG.octets).content;
  for (const { bytes } of certificates) {
    const certificate = new X509Certificate(bytes);
    if (!verify(digest, message, certificate.publicKey, signature)) continue;
    if (ca !== null && !certificate.verify(new X509Certificate(ca).publicKey)) {
      throw new AnchorError('unusable_answer', 'The time stamp is signed by somebody else than the authority given.');
    }
    return certificate.subject.replaceAll('\n', ', ');
  }
  throw new AnchorError('unusable_answer', 'The signature of the time stamp does not hold.');
}

export type TimeStampKeeperOptions = {
  /** Address of the authority. */
  readonly url: string;
  /** Certificate of who issued the authority's, in PEM; null: only the certificate that comes along is looked at. */
  readonly ca: string | null;
  /** Where checkpoints and their time stamps are kept. */
  readonly folder: string;
  readonly origin: string;
  readonly fetch?: typeof fetch;
};

/** Has each checkpoint time-stamped, and keeps the note and the answer beside each other. */
export function timeStampKeeper({ url, ca, folder, origin, ...options }: TimeStampKeeperOptions): AnchorKeeper {
  const own = join(folder, logFolder(origin));
  const send = options.fetch ?? fetch;
  return {
    kind: 'time stamp',
    strength: 'outside',
    async put({ size, note }) {
      const bytes = new TextEncoder().encode(note);
      const nonce = randomBytes(8);
      const res = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
        body: new Uint8Array(timeStampRequest(bytes, nonce)),
        redirect: 'error',
        signal: AbortSignal.timeout(WAIT_MS),
      });
      if (!res.ok) throw new AnchorError('unreachable', `${url} answered ${res.status}.`);
      const answer = new Uint8Array(await res.arrayBuffer());
      if (answer.length > ANSWER_BYTES_MAX) throw damaged();
      openTimeStamp(answer, bytes, nonce, ca);
      await writeOnce(own, checkpointName(size, 'txt'), bytes);
      await writeOnce(own, checkpointName(size, 'tsr'), answer).catch((error: unknown) => {
        // Stamped before, at another moment: the earlier one stays.
        if (!(error instanceof AnchorError && error.code === 'other_content')) throw error;
      });
    },
    async list(limit) {
      const names = await readdir(own).catch(() => []);
      const sizes = names.flatMap((name) => sizeOfName(name, 'tsr') ?? []).sort((a, b) => a - b);
      return sizes
        .slice(-limit)
        .map((size) => ({ kind: 'time stamp', place: join(own, checkpointName(size, 'tsr')), size }));
    },
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function same(found: Der, expected: Uint8Array): void {
  if (!equal(found.bytes, expected)) throw damaged();
}

/** An INTEGER's content that is not negative and not padded. */
function positive(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const plain = start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
  return (plain[0] ?? 0) >= 0x80 ? Buffer.concat([Uint8Array.of(0), plain]) : plain;
}

function timeOf(content: Uint8Array): Date {
  const [, y, mo, d, h, mi, s, f = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(new TextDecoder('latin1').decode(content)) ?? [];
  const time = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}${f.slice(0, 4)}Z`);
  if (Number.isNaN(time.getTime())) throw damaged();
  return time;
}
