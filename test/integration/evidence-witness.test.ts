/** A witness cosigns checkpoints (C2SP tlog-witness): checked with its key, stored, and nothing else is. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { witnessKeeper } from '#src/adapters/anchors/witness.ts';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createSigner } from '#src/adapters/keys/key-files.ts';
import { cosign, openCheckpoint, readCheckpoint, verifyCosignatures } from '#src/evidence/checkpoint.ts';
import { fromBase64 } from '#src/evidence/encoding.ts';
import { verifyConsistency } from '#src/evidence/merkle.ts';
import { formatVerifierKey, parseNote, parseVerifierKey } from '#src/evidence/note.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { latestCheckpoint, startWithRequests } from './evidence-fixture.ts';
import { bodyOf, localServers } from './local-servers.ts';
import type { TestServer } from './server-fixture.ts';

const crypto = createNodeCrypto();

let test: TestServer;
const { serve, close } = localServers();
beforeAll(async () => {
  test = await startWithRequests();
});
afterAll(async () => {
  close();
  await test.close();
});

const latest = () => latestCheckpoint(test);
describe('a witness', () => {
  const signer = createSigner(generateKeyPairSync('ed25519').privateKey);
  const name = 'witness.example/w1';
  /** By the specification: checks the old size and the proof before it cosigns. */
  async function witness(): Promise<string> {
    let seen = { size: 0, root: new Uint8Array() };
    return serve(async (req, res) => {
      const text = (await bodyOf(req)).toString();
      const [head = '', note = ''] = [text.slice(0, text.indexOf('\n\n')), text.slice(text.indexOf('\n\n') + 2)];
      const [old = '', ...proof] = head.split('\n');
      const key = await parseVerifierKey(crypto, test.server.core.workspace.vkey);
      const { checkpoint } = await openCheckpoint(crypto, note, [key]);
      if (Number(old.slice(4)) !== seen.size) {
        res.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${seen.size}\n`);
        return;
      }
      if (seen.size > 0) {
        const { size, root: hash } = checkpoint;
        await verifyConsistency(crypto, {
          oldSize: seen.size,
          oldRoot: seen.root,
          size,
          root: hash,
          proof: proof.map(fromBase64),
        });
      }
      seen = { size: checkpoint.size, root: Uint8Array.from(checkpoint.root) };
      res.end(`${await cosign(crypto, parseNote(note).text, name, signer, new Date())}\n`);
    });
  }

  it('when it cosigns, the cosignature is stored and verifies; also after growth and a restart of this side', async () => {
    const { core, work } = test.server;
    const store = core.stores.evidence;
    const key = await parseVerifierKey(crypto, await formatVerifierKey(crypto, name, signer.publicKey, 4));
    const options = { crypto, store, url: await witness(), key };
    await witnessKeeper(options).put(await latest());
    const ciso = await core.stores.people.personFor('U0CISO', null);
    await test.server.evidence.holds.place({ kind: 'system', id: 'y' }, 'Growth.', ciso, 'w-1');
    await work.publisher.publish();
    const fresh = witnessKeeper(options);
    await fresh.put(await latest());
    const { note, size } = await latest();
    expect(readCheckpoint(note).note.signatures).toHaveLength(2);
    expect(await verifyCosignatures(crypto, note, [key])).toHaveLength(1);
    expect((await fresh.list(9)).map((held) => held.size)).toContain(size);
    const witnesses = [await formatVerifierKey(crypto, name, signer.publicKey, 4)];
    const verify = () => verifyLog(crypto, store, { trusted: [core.workspace.vkey], witnesses });
    expect(await verify()).toMatchObject({ verdict: 'verified', checkpointsCosigned: 2 });
    // A cosignature that was changed in the database is found; the log's own signature stands.
    const line = readCheckpoint(note).note.signatures[1]?.line ?? '';
    const forged = await cosign(crypto, 'another text\n', name, signer, new Date());
    const swap = (from: string, to: string) =>
      test.database.pool.query('UPDATE checkpoint SET note = replace(note, $2, $3) WHERE size = $1', [size, from, to]);
    await swap(line, forged);
    expect((await verify()).findings).toMatchObject([{ code: 'checkpoint_signature_invalid' }]);
    await swap(forged, line);
    expect((await verify()).verdict).toBe('verified');
  });

  it('when somebody else answers in its name, nothing is stored', async () => {
    const liar = createSigner(generateKeyPairSync('ed25519').privateKey);
    const url = await serve(async (req, res) => {
      const text = (await bodyOf(req)).toString();
      const note = text.slice(text.indexOf('\n\n') + 2);
      res.end(`${await cosign(crypto, parseNote(note).text, name, liar, new Date())}\n`);
    });
    const key = await parseVerifierKey(crypto, await formatVerifierKey(crypto, name, signer.publicKey, 4));
    const before = (await latest()).note;
    const keeper = witnessKeeper({ crypto, store: test.server.core.stores.evidence, url, key });
    await expect(keeper.put(await latest())).rejects.toHaveProperty('code', 'unusable_answer');
    expect((await latest()).note).toBe(before);
  });
});
