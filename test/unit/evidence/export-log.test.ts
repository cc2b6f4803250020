/** Exports of a stored log by filter, and the log as static resources. */
import { describe, expect, it } from 'vitest';
import { createMapSink, createMapSource } from '#src/evidence/bundle-files.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { parseCsv } from '#src/evidence/exports/csv.ts';
import { exportBundle, exportCsv, exportOscal } from '#src/evidence/exports/export-log.ts';
import { type Selection, selectEvidence } from '#src/evidence/exports/read-log.ts';
import { logResource } from '#src/evidence/serve.ts';
import { entriesPath, parseEntries, tilePath } from '#src/evidence/tiles.ts';
import { append, createMemoryLog, crypto, logOf, type MemoryLog, SERVICE, START, vkey } from './fixtures.ts';
import { logOfStory, STORY } from './story.ts';

const at = (seconds: number) => new Date(START.getTime() + seconds * 1_000);
const pick = async (log: MemoryLog, selection: Selection) =>
  selectEvidence(crypto, log, log.tree.size, selection).then(({ indexes, requests }) => ({
    indexes,
    requests: requests.map(({ shortId }) => shortId),
  }));
const setting = { redact: false, now: START, service: SERVICE, organisation: 'Example AG', planHref: '#' };
const bundleSetting = {
  ...setting,
  anchors: { strength: 'none' as const, places: [], keysReachableBy: 'the tests' },
  names: [],
  readObject: async () => null,
  verifyPage: null,
};

describe('a selection', () => {
  it('by request, system, control, person or period finds the entries and requests meant', async () => {
    const log = await logOfStory();
    expect(await pick(log, {})).toEqual({ indexes: null, requests: ['DR-1', 'DR-2', 'DR-3', 'EX-1'] });
    expect(await pick(log, { request: 'dr-1' })).toEqual({ indexes: [0, 1, 2, 3, 11, 12], requests: ['DR-1'] });
    expect((await pick(log, { system: 'scorer', request: 'EX-1' })).indexes).toEqual([8, 9, 10]);
    expect((await pick(log, { system: 'other' })).indexes).toEqual([]);
    expect((await pick(log, { person: 'p_caio' })).indexes).toEqual([2]);
    expect((await pick(log, { person: 'p_owner' })).indexes).toEqual([0, 3, 4, 6, 8]);
    expect((await pick(log, { control: 'NIST-CM-3(2)' })).requests).toEqual(['DR-1', 'DR-2', 'DR-3']);
    expect(await pick(log, { from: at(4), to: at(5) })).toEqual({ indexes: [4, 5], requests: ['DR-2'] });
  });

  it('drawn as a sample is the same when drawn again', async () => {
    const log = await logOfStory();
    const sample = { count: 2, seed: 'audit' };
    const first = await pick(log, { sample });
    expect(first.requests).toHaveLength(2);
    expect(await pick(log, { sample })).toEqual(first);
  });

  it('over a log with an entry missing is refused with the index', async () => {
    const log = await logOfStory();
    log.entries.splice(3, 1);
    await expect(pick(log, {})).rejects.toMatchObject({ code: 'tile_missing', index: 3 });
  });
});

describe('an export', () => {
  it('as a bundle verifies, whole or selected, with or without texts', async () => {
    const log = await logOfStory();
    const selections: readonly Selection[] = [{}, { request: 'DR-1' }, { control: 'AICM-AIS-06' }];
    for (const selection of selections) {
      for (const redact of [false, true]) {
        const sink = createMapSink();
        const manifest = await exportBundle(crypto, log, { ...bundleSetting, selection, redact }, sink);
        const report = await verifyBundle(crypto, createMapSource(sink.files), { trusted: [await vkey()] });
        expect(report).toMatchObject({ verdict: 'verified', entries: manifest.count });
        expect(manifest).toMatchObject({
          complete: Object.keys(selection).length === 0,
          redacted: redact,
        });
      }
    }
  });

  it('as csv states query, range, gap check and root', async () => {
    const log = await logOfStory();
    const { result, text } = await exportCsv(crypto, log, { request: 'DR-1' });
    let csv = '';
    for await (const piece of text) csv += piece;
    expect(result).toMatchObject({ count: 6, firstIndex: 0, lastIndex: 12, size: STORY.length });
    const rows = parseCsv(csv);
    expect(rows).toContainEqual(['query', '{"request":"DR-1"}']);
    expect(rows).toContainEqual(['gap check', 'all indexes read, none missing']);
    expect(rows).toHaveLength(10 + 1 + 6);
  });

  it('as OSCAL is made from the same entries, or says why not', async () => {
    const log = await logOfStory();
    expect(await exportOscal(crypto, log, 'oscal-ar', { ...setting, selection: {} })).toMatchObject({
      ok: true,
      requests: 4,
    });
    const none = exportOscal(crypto, log, 'oscal-poam', { ...setting, selection: { request: 'DR-1' } });
    expect(await none).toEqual({ ok: false, reason: 'no_exceptions' });
    const redacted = await exportOscal(crypto, log, 'oscal-ar', { ...setting, selection: {}, redact: true });
    expect(JSON.stringify(redacted)).not.toContain('How to go back');
  });

  it('before the first checkpoint is refused', async () => {
    const log = await createMemoryLog();
    await append(log, 2);
    await expect(exportCsv(crypto, log, {})).rejects.toHaveProperty('code', 'checkpoint_invalid');
  });
});

describe('the log as static resources', () => {
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
