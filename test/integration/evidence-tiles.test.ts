/** Any tlog client: reads only the static resources, by the rules of C2SP tlog-tiles, and computes the root itself. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusOf } from './local-servers.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
let log: string;
beforeAll(async () => {
  test = await startTestServer();
  log = `${test.server.address}/evidence/log/`;
  for (let i = 0; i < 6; i++) await test.driver.say('U0EMMA', 'C0ASK', 'who is accountable for canary releases?');
  await test.server.work.publisher.publish();
});
afterAll(() => test.close());

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const bytesOf = async (path: string): Promise<Buffer> => Buffer.from(await (await fetch(log + path)).arrayBuffer());

/** RFC 6962 2.1, written anew here so that it does not share a mistake with the program. */
function root(hashes: readonly Buffer[]): Buffer {
  if (hashes.length <= 1) return hashes[0] ?? sha256();
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return sha256(Buffer.of(1), root(hashes.slice(0, split)), root(hashes.slice(split)));
}

async function checkpoint(): Promise<{ readonly origin: string; readonly size: number; readonly root: string }> {
  const [origin = '', size = '', hash = ''] = (await bytesOf('checkpoint')).toString().split('\n');
  return { origin, size: Number(size), root: hash };
}

const raw = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  statusOf(test.server.address, path, headers, method);

describe('the log as tiles', () => {
  it('when a client reads the tile, the root it computes is the checkpoint’s', async () => {
    const { size, root: signed } = await checkpoint();
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(256);
    const tile = await bytesOf(`tile/0/000.p/${size}`);
    expect(tile.length).toBe(32 * size);
    const leaves = Array.from({ length: size }, (_, i) => tile.subarray(32 * i, 32 * i + 32));
    expect(root(leaves).toString('base64')).toBe(signed);
  });

  it('when a client reads the entries, each hashes to its place in the tile', async () => {
    const { size } = await checkpoint();
    const [bundle, tile] = [await bytesOf(`tile/entries/000.p/${size}`), await bytesOf(`tile/0/000.p/${size}`)];
    let at = 0;
    for (let i = 0; i < size; i++) {
      const end = at + 2 + bundle.readUInt16BE(at);
      expect(sha256(Buffer.of(0), bundle.subarray(at + 2, end))).toEqual(tile.subarray(32 * i, 32 * i + 32));
      at = end;
    }
    expect(at).toBe(bundle.length);
  });

  it('when resources are asked for, type and caching follow from whether they can change', async () => {
    const { size } = await checkpoint();
    const [note, tile] = await Promise.all([fetch(`${log}checkpoint`), fetch(`${log}tile/0/000.p/${size}`)]);
    expect(note.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(note.headers.get('cache-control')).toBe('no-cache');
    expect(tile.headers.get('content-type')).toBe('application/octet-stream');
    expect(tile.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${log}tile/0/000.p/${size}`, { method: 'HEAD' })).headers.get('content-length')).toBe(
      String(32 * size),
    );
  });

  it('when a path is not one of the specification, or beyond the checkpoint, there is nothing', async () => {
    const { size } = await checkpoint();
    const paths = ['tile/0/000', `tile/0/000.p/${size + 1}`, 'tile/0/x000/001', 'tile/7/000', 'tile/entries/001', 'x'];
    for (const path of paths) expect(await raw(`/evidence/log/${path}`)).toBe(404);
    expect(await raw('/evidence/log/../log/checkpoint')).toBe(404);
    expect(await raw('/evidence/log/checkpoint', {}, 'POST')).toBe(405);
  });

  it('when the name or the site is a foreign one, it is refused', async () => {
    expect(await raw('/evidence/log/checkpoint', { host: 'evil.example' })).toBe(403);
    expect(await raw('/evidence/log/checkpoint', { origin: 'https://evil.example' })).toBe(403);
    expect(await raw('/evidence/log/checkpoint', { 'sec-fetch-site': 'cross-site' })).toBe(403);
  });
});
