/**
 * What a version of a system is made of. Its sha256 is the version's identity: change a prompt, an adapter or the
 * retrieval configuration, and it is another thing, which nobody has approved yet (DESIGN.md, "System").
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalText } from '#src/evidence/canonical.ts';

export const MANIFEST_FORMAT = 'countersign-manifest/1';
/** Parts of each kind. */
const PARTS_MAX = 2_000;
/** A floating alias is reviewed at least this often. */
const REVIEW_DAYS_MAX = 365;

const printable = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    // Control characters and direction marks could make two different manifests look alike.
    .regex(/^[^\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*$/u, 'no control characters');

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits in small letters');

const part = z.strictObject({ name: printable(300), digest });
const parts = z.array(part).max(PARTS_MAX).default([]);

/** A model or service that a vendor runs: no file of it is at hand, so it is named as exactly as the vendor allows. */
export const vendorReferenceSchema = z.strictObject({
  provider: printable(120),
  service: printable(200),
  /** The pinned version or snapshot, or the name of a floating alias. */
  version: printable(120),
  /** `pinned`: the vendor promises that this name never means something else. */
  pinning: z.enum(['pinned', 'alias']),
  region: printable(80),
  /** Number or title of the contract under which it is used. */
  contract: printable(200),
  /** Days between reviews of what the alias means; demanded for an alias, null for a pinned version. */
  reviewEveryDays: z.int().min(1).max(REVIEW_DAYS_MAX).nullable().default(null),
});
export type VendorReference = z.infer<typeof vendorReferenceSchema>;

/** A manifest as it is written and stored. */
export const manifestSchema = z
  .strictObject({
    format: z.literal(MANIFEST_FORMAT),
    artefacts: parts,
    vendors: z.array(vendorReferenceSchema).max(50).default([]),
    prompts: parts,
    adapters: parts,
    /** Indexes, chunking, filters: whatever decides which text a model is given. */
    retrieval: parts,
  })
  .superRefine((manifest, context) => {
    if (manifest.artefacts.length + manifest.vendors.length === 0)
      context.addIssue({ code: 'custom', path: ['artefacts'], message: 'at least one artefact or vendor reference' });
    for (const list of ['artefacts', 'prompts', 'adapters', 'retrieval'] as const) {
      const names = manifest[list].map((one) => one.name);
      if (new Set(names).size !== names.length)
        context.addIssue({ code: 'custom', path: [list], message: 'a name stands twice' });
    }
    for (const [index, vendor] of manifest.vendors.entries()) {
      if (vendor.pinning === 'alias' && vendor.reviewEveryDays === null)
        context.addIssue({
          code: 'custom',
          path: ['vendors', index, 'reviewEveryDays'],
          message: 'a floating alias needs the number of days between reviews',
        });
    }
  });
export type Manifest = z.infer<typeof manifestSchema>;

export type ManifestResult =
  | { readonly ok: true; readonly manifest: Manifest; readonly digest: string }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly problem: string }[] };

/** Checks a manifest from outside, brings it into its one order and computes its digest. */
export function readManifest(data: unknown): ManifestResult {
  const parsed = manifestSchema.safeParse(data);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 50)
      .map((issue) => ({ path: issue.path.join('.'), problem: issue.message }));
    return { ok: false, problems };
  }
  const manifest = ordered(parsed.data);
  return { ok: true, manifest, digest: manifestDigest(manifest) };
}

/** `sha256:<64 hex>` over the canonical JSON (RFC 8785); the order in which parts were listed does not matter. */
export function manifestDigest(manifest: Manifest): string {
  return `sha256:${createHash('sha256')
    .update(canonicalText(ordered(manifest)), 'utf8')
    .digest('hex')}`;
}

/** Days until the next review that the floating aliases of a manifest demand; null when nothing floats. */
export function reviewDaysOf(manifest: Manifest): number | null {
  const days = manifest.vendors.flatMap((v) => (v.pinning === 'alias' ? [v.reviewEveryDays ?? 1] : []));
  return days.length === 0 ? null : Math.min(...days);
}

/** The providers a manifest rests on. */
export function providersOf(manifest: Manifest): readonly string[] {
  return [...new Set(manifest.vendors.map((vendor) => vendor.provider))];
}

function ordered(manifest: Manifest): Manifest {
  const byName = (list: Manifest['artefacts']) => [...list].sort((a, b) => order(a.name, b.name));
  const identity = (v: VendorReference) => [v.provider, v.service, v.version, v.region].join('\n');
  return {
    format: MANIFEST_FORMAT,
    artefacts: byName(manifest.artefacts),
    vendors: [...manifest.vendors].sort((a, b) => order(identity(a), identity(b))),
    prompts: byName(manifest.prompts),
    adapters: byName(manifest.adapters),
    retrieval: byName(manifest.retrieval),
  };
}

/** By code units: a locale would give another hash on another machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
