/** The log as static resources. */
import { describe, expect, it } from 'vitest';
import { logResource } from '#src/evidence/serve.ts';
import { entriesPath, parseEntries, tilePath } from '#src/evidence/tiles.ts';
import { append, createMemoryLog, logOf } from './fixtures.ts';

describe('the log as static resources', () => {
  it('before the first checkpoint has none', async () => {
    expect(await logResource(await createMemoryLog(), 'checkpoint')).toBeNull();
  });

  it('gives checkpoint, tiles and entries, as far as they are published', async () => {
    const log = await logOf(300);
    await append(log, 5);
    const checkpoint = await logResource(log, 'checkpoint');
    expect(new TextDecoder().decode(checkpoint?.bytes)).toBe(log.checkpoints[0]?.note);
    expect(checkpoint).toMatchObject({ immutable: false, contentType: 'text/plain; charset=utf-8' });
    expect((await logResource(log, tilePath(0, 0)))?.bytes).toHaveLength(256 * 32);
    expect((await logResource(log, tilePath(0, 1, 44)))?.bytes).toHaveLength(44 * 32);
    expect((await logResource(log, tilePath(0, 1, 12)))?.bytes).toHaveLength(12 * 32);
    expect((await logResource(log, tilePath(1, 0, 1)))?.bytes).toHaveLength(32);
    const bundle = await logResource(log, entriesPath(1, 44));
    expect(parseEntries(bundle?.bytes ?? new Uint8Array(0)).at(-1)).toEqual(log.entries[299]?.leaf);
    for (const path of [
      tilePath(0, 1, 45),
      entriesPath(1, 49),
      entriesPath(1),
      tilePath(2, 0, 1),
      'x',
      '../checkpoint',
    ]) {
      expect(await logResource(log, path), path).toBeNull();
    }
  });
});
