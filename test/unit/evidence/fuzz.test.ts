/** Hostile input in bulk: nothing that a stranger hands in makes a reader throw anything but its own error, or say yes. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openZipBytes } from '#src/adapters/archive/zip-file.ts';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { readCheckpoint } from '#src/evidence/checkpoint.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { utf8 } from '#src/evidence/encoding.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { parseDeployments } from '#src/evidence/exports/coverage.ts';
import { parseNote } from '#src/evidence/note.ts';
import { parseProofFile } from '#src/evidence/proof-file.ts';
import { publicKeyOfPem } from '#src/evidence/public-key.ts';
import { parseStatement } from '#src/evidence/statement.ts';
import { parseEntries, parseTilePath } from '#src/evidence/tiles.ts';
import { bundleOf, crypto, logOf, vkey, withManifest } from './fixtures.ts';

let files: Map<string, Uint8Array>;
let trusted: readonly string[];
beforeAll(async () => {
  files = await bundleOf(await logOf(3, 2));
  trusted = [await vkey()];
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  fc.json().map(String),
  fc.constantFrom('[', '{"a":'.repeat(20_000), '['.repeat(30_000), '\u2014 \n\n', '{"__proto__":{"x":1}}'),
);

/** Runs a parser; anything thrown must be an EvidenceError. */
function only(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
  }
}

describe('random text', () => {
  it('makes every parser return or throw its own error', () => {
    fc.assert(
      fc.property(text, (input) => {
        const parsers = [readCheckpoint, parseNote, parseProofFile, publicKeyOfPem, parseTilePath, parseDeployments];
        for (const parse of parsers) only(() => parse(input));
        for (const parse of [parseEnvelope, parseStatement, parseEntries]) only(() => parse(utf8(input)));
      }),
      { numRuns: 300 },
    );
  });

  it('in place of any file of a bundle is refused, and never thrown', async () => {
    const names = [...files.keys()].filter((name) => !name.endsWith('.html') && !name.startsWith('schemas/'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), text, fc.boolean(), async (name, input, repair) => {
        const changed = new Map(files).set(name, utf8(input));
        const bundle = repair && name !== 'manifest.json' ? await withManifest(changed) : changed;
        const report = await verifyBundle(crypto, createMapSource(bundle), { trusted });
        // Verifier keys inside a bundle count for nothing when the verifier brings one; no older checkpoint and no text
        // at all is a smaller bundle, not a forged one.
        const harmless = ['log/vkeys', 'log/consistency.ndjson', 'disclosures.ndjson', 'log/proofs.ndjson'];
        if (!(repair && harmless.includes(name))) expect(report.verdict).toBe('failed');
      }),
      { numRuns: 200 },
    );
  });

  it('as an archive is refused with its code', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await expect(openZipBytes(crypto, bytes)).rejects.toHaveProperty('code', 'archive_invalid');
      }),
    );
  });
});

describe('an archive that is made to harm', () => {
  const header = (name: string, size: number, packed: number, offset: number, method = 0) => {
    const bytes = new Uint8Array(46 + name.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x02014b50, true);
    view.setUint16(10, method, true);
    view.setUint32(20, packed, true);
    view.setUint32(24, size, true);
    view.setUint16(28, name.length, true);
    view.setUint32(42, offset, true);
    bytes.set(utf8(name), 46);
    return bytes;
  };
  const archive = (entries: readonly Uint8Array[]) => {
    const length = entries.reduce((sum, entry) => sum + entry.length, 0);
    const end = new Uint8Array(22);
    const view = new DataView(end.buffer);
    view.setUint32(0, 0x06054b50, true);
    view.setUint16(8, entries.length, true);
    view.setUint16(10, entries.length, true);
    view.setUint32(12, length, true);
    return new Uint8Array([...entries.flatMap((entry) => [...entry]), ...end]);
  };

  it.each([
    ['a name that climbs out', [header('../evil', 0, 0, 0)]],
    ['an absolute name', [header('/etc/passwd', 0, 0, 0)]],
    ['a dot segment inside', [header('log/../../evil', 0, 0, 0)]],
    ['a backslash', [header('log\\evil', 0, 0, 0)]],
    ['a hidden file', [header('.evil', 0, 0, 0)]],
    ['a control character', [header('a\nb', 0, 0, 0)]],
    ['a name twice', [header('a', 0, 0, 0), header('a', 0, 0, 0)]],
    ['a bomb', [header('a', 0xf0000000, 1_000, 0, 8)]],
    ['many large files', Array.from({ length: 20 }, (_, i) => header(`a${i}`, 0xf0000000, 0xf0000000, 0))],
    ['another compression', [header('a', 1, 1, 0, 12)]],
    ['two sizes', [header('a', 5, 1, 0)]],
  ])('with %s is refused', async (_, entries) => {
    await expect(openZipBytes(crypto, archive(entries))).rejects.toHaveProperty('code', 'archive_invalid');
  });

  it('with an entry that points into the directory is refused when it is read', async () => {
    const source = await openZipBytes(crypto, archive([header('a', 5, 5, 0)]));
    const read = async () => {
      for await (const _ of source.stream('a'));
    };
    await expect(read()).rejects.toHaveProperty('code', 'archive_invalid');
  });
});
