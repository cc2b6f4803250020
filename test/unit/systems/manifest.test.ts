/** The identity of a version: one digest for one set of parts, however they were listed; another for anything else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MANIFEST_FORMAT, type Manifest, manifestDigest, readManifest, reviewDaysOf } from '#src/systems/manifest.ts';
import { type ManifestForm, manifestFromForm } from '#src/systems/manifest-form.ts';
import { manifestFromMlBom } from '#src/systems/ml-bom.ts';

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
const vendor = {
  provider: 'Nimbus',
  service: 'chat',
  version: 'n-4-2026-05-01',
  pinning: 'pinned' as const,
  region: 'eu',
  contract: 'C-1',
  reviewEveryDays: null,
};
const whole: Manifest = {
  format: MANIFEST_FORMAT,
  artefacts: [{ name: 'model.onnx', digest: digestOf('a') }],
  vendors: [vendor],
  prompts: [{ name: 'system.md', digest: digestOf('b') }],
  adapters: [],
  retrieval: [],
};

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const part = fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9./-]{0,20}$/), digest: hex.map((h) => `sha256:${h}`) });
const parts = fc.uniqueArray(part, { selector: (p) => p.name, maxLength: 6 });
const manifests: fc.Arbitrary<Manifest> = fc.record({
  format: fc.constant(MANIFEST_FORMAT as typeof MANIFEST_FORMAT),
  artefacts: fc.uniqueArray(part, { selector: (p) => p.name, minLength: 1, maxLength: 6 }),
  vendors: fc.constantFrom<Manifest['vendors']>([], [vendor]),
  prompts: parts,
  adapters: parts,
  retrieval: parts,
});

describe('the digest', () => {
  it('does not depend on the order in which parts are listed', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const turned = {
          ...manifest,
          artefacts: [...manifest.artefacts].reverse(),
          prompts: [...manifest.prompts].reverse(),
        };
        expect(manifestDigest(turned)).toBe(manifestDigest(manifest));
      }),
    );
  });

  it('changes with any part, its name, its digest, or the list it stands in', () => {
    fc.assert(
      fc.property(manifests, hex, (manifest, other) => {
        const before = manifestDigest(manifest);
        const [first] = manifest.artefacts;
        if (first === undefined) return;
        const rest = manifest.artefacts.slice(1);
        fc.pre(first.digest !== `sha256:${other}` && !manifest.adapters.some((p) => p.name === first.name));
        expect(manifestDigest({ ...manifest, artefacts: [{ ...first, digest: `sha256:${other}` }, ...rest] })).not.toBe(
          before,
        );
        expect(manifestDigest({ ...manifest, artefacts: [{ ...first, name: `${first.name}x` }, ...rest] })).not.toBe(
          before,
        );
        expect(manifestDigest({ ...manifest, artefacts: rest, adapters: [...manifest.adapters, first] })).not.toBe(
          before,
        );
      }),
    );
  });

  it('is the one of the canonical JSON, so that anybody can compute it', () => {
    const read = readManifest(whole);
    // echo -n '{"adapters":[],...}' | sha256sum, with the keys in order (RFC 8785)
    expect(read).toMatchObject({ ok: true, digest: manifestDigest(whole) });
    expect(manifestDigest(whole)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe('what a manifest must say', () => {
  const problems = (data: unknown) => {
    const read = readManifest(data);
    return read.ok ? [] : read.problems.map((p) => p.path);
  };

  it.each([
    ['nothing at all', { format: MANIFEST_FORMAT }, ['artefacts']],
    ['a name twice', { ...whole, prompts: [whole.prompts[0], whole.prompts[0]] }, ['prompts']],
    [
      'a digest in capitals',
      { ...whole, artefacts: [{ name: 'm', digest: `sha256:${'A'.repeat(64)}` }] },
      ['artefacts.0.digest'],
    ],
    ['an unknown field', { ...whole, weights: [] }, ['']],
    [
      'a name with a direction mark',
      { ...whole, artefacts: [{ name: 'm\u202e', digest: digestOf('a') }] },
      ['artefacts.0.name'],
    ],
    [
      'a floating alias without a review interval',
      { ...whole, vendors: [{ ...vendor, pinning: 'alias' }] },
      ['vendors.0.reviewEveryDays'],
    ],
    ['a vendor without a contract', { ...whole, vendors: [{ ...vendor, contract: '' }] }, ['vendors.0.contract']],
  ])('%s is refused at its place', (_what, data, paths) => {
    expect(problems(data)).toEqual(paths);
  });

  it('the shortest interval of its aliases counts', () => {
    const alias = (version: string, reviewEveryDays: number) => ({
      ...vendor,
      version,
      pinning: 'alias' as const,
      reviewEveryDays,
    });
    expect(reviewDaysOf({ ...whole, vendors: [alias('a', 90), alias('b', 30)] })).toBe(30);
    expect(reviewDaysOf(whole)).toBeNull();
  });
});

describe('from a form', () => {
  it('gives the same digest as the manifest itself', () => {
    const form = {
      artefacts: `model.onnx ${digestOf('a')}`,
      prompts: `system.md: ${digestOf('b')}\n`,
      provider: 'Nimbus',
      service: 'chat',
      serviceVersion: 'n-4-2026-05-01',
      pinning: 'pinned',
      region: 'eu',
      contract: 'C-1',
    };
    expect(manifestFromForm(form)).toMatchObject({ ok: true, digest: manifestDigest(whole) });
  });

  it('names the field with the line that cannot be read', () => {
    expect(manifestFromForm({ artefacts: 'model.onnx' })).toMatchObject({
      ok: false,
      problems: [{ path: 'artefacts' }],
    });
  });

  it('says at its field what a vendor reference lacks', () => {
    const vendor = { provider: 'Nimbus', service: 'chat', serviceVersion: 'latest', region: 'eu', contract: 'C-1' };
    const at = (form: ManifestForm) => {
      const read = manifestFromForm(form);
      return read.ok ? [] : read.problems.map((p) => p.path);
    };
    expect(at({ ...vendor, pinning: 'alias' })).toEqual(['reviewEveryDays']);
    expect(at({ ...vendor, serviceVersion: '', pinning: 'pinned' })).toEqual(['serviceVersion']);
    expect(at({ ...vendor, provider: '' })).toContain('provider');
    expect(at({})).toEqual(['artefacts']);
  });
});

describe('from a CycloneDX ML-BOM', () => {
  const component = (name: string, letter: string, partName?: string) => ({
    type: 'machine-learning-model',
    name,
    hashes: [{ alg: 'SHA-256', content: letter.repeat(64) }],
    ...(partName ? { properties: [{ name: 'countersign:part', value: partName }] } : {}),
  });
  const service = {
    name: 'chat',
    version: 'n-4-2026-05-01',
    provider: { name: 'Nimbus' },
    properties: [
      { name: 'countersign:pinning', value: 'pinned' },
      { name: 'countersign:region', value: 'eu' },
      { name: 'countersign:contract', value: 'C-1' },
    ],
  };
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'application', name: 'router' } },
    components: [component('model.onnx', 'a'), component('system.md', 'b', 'prompt')],
    services: [service],
  };

  it('gives the same digest as the manifest itself', () => {
    expect(manifestFromMlBom(bom)).toMatchObject({ ok: true, digest: manifestDigest(whole) });
  });

  it('a component without a SHA-256 identifies nothing', () => {
    const broken = { ...bom, components: [{ type: 'data', name: 'train.csv' }] };
    expect(manifestFromMlBom(broken)).toMatchObject({ ok: false, problems: [{ path: 'components: train.csv' }] });
  });

  it('a service that promises no pinned version counts as floating, and then needs an interval', () => {
    const floating = { ...bom, services: [{ ...service, properties: service.properties.slice(1) }] };
    expect(manifestFromMlBom(floating)).toMatchObject({ ok: false, problems: [{ path: 'vendors.0.reviewEveryDays' }] });
  });

  it('another JSON file is refused', () => {
    expect(manifestFromMlBom({ spdxVersion: '3.0' })).toMatchObject({ ok: false });
  });
});
