/** Statements, envelopes and disclosures: what may be signed, and what stays hidden. */

import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { HIDDEN_FIELDS } from '#src/approvals/events.ts';
import { canonicalText } from '#src/evidence/canonical.ts';
import { disclosureHash, disclosureMatches, hiddenHashes, hide, reveal } from '#src/evidence/disclose.ts';
import { parseEnvelope, preAuthEncoding, sealStatement, verifyEnvelope } from '#src/evidence/dsse.ts';
import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from '#src/evidence/encoding.ts';
import { kindOfEvent, PREDICATES } from '#src/evidence/event-kinds.ts';
import { keyIdOf, pemOf, publicKeyOfPem } from '#src/evidence/public-key.ts';
import { publishedSchemas } from '#src/evidence/schemas.ts';
import { buildStatement, parseStatement, statementBytes } from '#src/evidence/statement.ts';
import { bytesOf, crypto, signerOf, statementInput, statementSigner } from './fixtures.ts';

const known = (signer = statementSigner) => new Map([[signer.keyId, signer]]);
const seal = async (data: unknown) =>
  sealStatement(statementBytes(await buildStatement(crypto, statementInput(1, data))), statementSigner);

describe('a statement', () => {
  it('is an in-toto statement about the request document and the artefact', async () => {
    const statement = await buildStatement(crypto, statementInput(2, { outcome: 'approved' }));
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'urn:countersign:decision:v2',
      subject: [
        { name: 'request:0#1', digest: { sha256: 'ab'.repeat(32) } },
        { name: 'system:model', digest: { sha256: 'cd'.repeat(32) } },
      ],
    });
    expect(statement.predicate.event.at).toBe('2026-11-20T08:00:02.000Z');
    expect(statement.predicate.controls).toEqual(['AICM-AIS-06', 'AICM-GRC-05']);
    expect(parseStatement(statementBytes(statement))).toEqual(statement);
  });

  it('without a request is about the data of its event', async () => {
    const { request: _, artefacts: __, ...input } = statementInput(1, { role: 'Auditor' });
    const statement = await buildStatement(crypto, { ...input, event: { ...input.event, type: 'assignment.made' } });
    expect(statement.predicateType).toBe('urn:countersign:role-change:v1');
    const digest = toHex(await crypto.sha256(utf8('{"role":"Auditor"}')));
    expect(statement.subject).toEqual([{ name: 'event:event-1', digest: { sha256: digest } }]);
  });

  it('of an event type nobody classified, or with a field out of form, is refused', async () => {
    const input = statementInput(1, {});
    const run = (changes: object) => buildStatement(crypto, { ...input, ...changes });
    await expect(run({ event: { ...input.event, type: 'coffee.made' } })).rejects.toHaveProperty(
      'code',
      'unknown_event_type',
    );
    await expect(run({ event: { ...input.event, seq: 0 } })).rejects.toHaveProperty('code', 'bad_statement');
    await expect(run({ policy: { sha256: 'AB'.repeat(32) } })).rejects.toHaveProperty('code', 'bad_statement');
    const undefinedInside = await buildStatement(crypto, statementInput(1, { a: undefined }));
    expect(() => statementBytes(undefinedInside)).toThrow('not_canonical_json');
  });

  it('above 48,000 bytes is refused', async () => {
    const statement = await buildStatement(crypto, statementInput(1, { text: 'x'.repeat(48_000) }));
    expect(() => statementBytes(statement)).toThrow('statement_too_large');
    await expect(sealStatement(new Uint8Array(48_001), statementSigner)).rejects.toHaveProperty(
      'code',
      'statement_too_large',
    );
    expect((await sealStatement(new Uint8Array(48_000), statementSigner)).length).toBeLessThan(65_536);
  });

  it('has a kind for every event of the approvals room', () => {
    for (const type of Object.keys(HIDDEN_FIELDS)) expect(kindOfEvent(type), type).not.toBeNull();
    expect(kindOfEvent('closed', { cause: 'validity_ended' })).toBe('exception-expiry');
    expect(kindOfEvent('closed', { cause: 'done' })).toBe('request');
    expect(['constructor', '__proto__.x', 'votes', ''].map((type) => kindOfEvent(type))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is accepted only in its canonical spelling', async () => {
    const bytes = statementBytes(await buildStatement(crypto, statementInput(1, { a: 1 })));
    const spaced = utf8(fromUtf8(bytes).replace('{"a":1}', '{"a": 1}'));
    expect(() => parseStatement(spaced)).toThrow('bad_statement');
    expect(() => parseStatement(utf8('{}'))).toThrow('bad_statement');
    expect(() => parseStatement(utf8('['))).toThrow('bad_statement');
  });
});

describe('an envelope', () => {
  it('signs the encoding that DSSE prescribes', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
    expect(fromUtf8(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('verifies by the known key alone', async () => {
    const leaf = await seal({});
    expect(canonicalText(JSON.parse(fromUtf8(leaf)))).toBe(fromUtf8(leaf));
    expect(await verifyEnvelope(crypto, parseEnvelope(leaf), known())).toEqual([statementSigner.keyId]);
    const stranger = verifyEnvelope(crypto, parseEnvelope(leaf), known(signerOf('other')));
    await expect(stranger).rejects.toHaveProperty('code', 'signature_unknown_key');
  });

  it('with any byte changed is refused', async () => {
    const leaf = await seal({});
    for (let at = 0; at < leaf.length; at += 1) {
      const damaged = leaf.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      const run = (async () => verifyEnvelope(crypto, parseEnvelope(damaged), known()))();
      await expect(run).rejects.toHaveProperty('name', 'EvidenceError');
    }
  });
});

describe('hidden values', () => {
  const data = {
    purpose: 'score loans',
    votes: [{ by: 'p_1', reason: 'fine' }, { by: 'p_2', reason: null }, { by: 'p_3' }],
    compensating: { a: { owner: 'Emma' } },
    count: 3,
    list: ['x', 'y'],
  };
  const salt = (path: string) => bytesOf(`salt of ${path}`);

  it('leave only salted hashes, and come back by them', async () => {
    const paths = [
      'purpose',
      'votes.*.reason',
      { path: 'compensating.*.owner', person: 'p_9' },
      'count',
      'list',
      'absent.x',
    ];
    const hidden = await hide(crypto, data, paths, salt, 'p_1');
    expect(JSON.stringify(hidden.data)).not.toMatch(/loans|fine|Emma/);
    expect(hidden.disclosures.map(({ person }) => person)).toEqual(['p_1', 'p_1', 'p_9', 'p_1', 'p_1']);
    expect(hidden.data).toMatchObject({ votes: [{ by: 'p_1' }, { by: 'p_2', reason: null }, { by: 'p_3' }] });
    expect(hiddenHashes(hidden.data)).toHaveLength(5);
    const byHash = new Map(hidden.disclosures.map((d) => [d.hash, d]));
    expect(reveal(hidden.data, (hash) => byHash.get(hash))).toEqual(data);
    for (const disclosure of hidden.disclosures) expect(await disclosureMatches(crypto, disclosure)).toBe(true);
    const again = await hide(crypto, hidden.data, paths, salt);
    expect(again).toEqual({ data: hidden.data, disclosures: [] });
  });

  it('when erased, read as erased and keep their hash', async () => {
    const hidden = await hide(crypto, data, ['purpose', 'count'], salt);
    const erased = reveal(hidden.data, () => undefined);
    expect(erased).toMatchObject({ purpose: '[erased]', count: null });
  });

  it('hash salt and text, and do not match another text or salt', async () => {
    const expected = toHex(await crypto.sha256(new Uint8Array([...salt('purpose'), ...utf8('é')])));
    expect(await disclosureHash(crypto, salt('purpose'), 'é')).toBe(expected);
    const good = { hash: expected, salt: toBase64(salt('purpose')), value: 'é', person: null };
    expect(await disclosureMatches(crypto, good)).toBe(true);
    expect(await disclosureMatches(crypto, { ...good, value: 'e' })).toBe(false);
    expect(await disclosureMatches(crypto, { ...good, salt: 'AAAA' })).toBe(false);
    expect(await disclosureMatches(crypto, { ...good, salt: '?' })).toBe(false);
  });

  it('with a bad path or salt are refused', async () => {
    await expect(hide(crypto, data, ['a..b'], salt)).rejects.toHaveProperty('code', 'path_invalid');
    await expect(hide(crypto, data, ['purpose'], () => new Uint8Array(8))).rejects.toHaveProperty('code', 'bad_hash');
  });
});

describe('encodings', () => {
  it('read back what they write and refuse other spellings', () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = bytesOf(`x${length}`).slice(0, length % 33);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }
    for (const bad of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'A===', '====', 'AA-_', 'AA==AAAA', 'AAAA\n']) {
      expect(() => fromBase64(bad), bad).toThrow('bad_encoding');
    }
  });

  it('give keys the form and name that openssl gives them', async () => {
    const pem = pemOf(statementSigner.publicKey);
    expect(publicKeyOfPem(pem)).toEqual(statementSigner.publicKey);
    expect(await keyIdOf(crypto, statementSigner.publicKey)).toBe(statementSigner.keyId);
    expect(() => publicKeyOfPem(pem.replace('MCow', 'MCox'))).toThrow('vkey_invalid');
    expect(() => publicKeyOfPem('-----BEGIN PUBLIC KEY-----')).toThrow('vkey_invalid');
  });
});

describe('the published schemas', () => {
  const folder = new URL('../../../docs/schemas/', import.meta.url);

  it('say what the code checks', () => {
    expect(readdirSync(folder).sort()).toEqual(
      PREDICATES.map(({ kind, version }) => `${kind}.v${version}.json`).sort(),
    );
    for (const [name, text] of publishedSchemas()) {
      expect(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), name).toEqual(JSON.parse(text));
    }
  });

  it('accept a statement and refuse a changed one', async () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(new URL('vote.v1.json', folder), 'utf8')));
    const statement = await buildStatement(crypto, statementInput(1, { choice: 'approve' }));
    expect(validate(statement)).toBe(true);
    expect(validate({ ...statement, predicateType: 'urn:countersign:decision:v1' })).toBe(false);
    expect(validate({ ...statement, more: 1 })).toBe(false);
  });
});
