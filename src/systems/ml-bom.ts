/** A manifest from a CycloneDX ML-BOM (1.5 or later, JSON): components with a SHA-256, services as vendor references. */
import { z } from 'zod';
import { MANIFEST_FORMAT, type ManifestResult, readManifest } from './manifest.ts';

const property = z.object({ name: z.string().max(200), value: z.string().max(500).optional() });
const component = z.object({
  type: z.string().max(60),
  name: z.string().max(300),
  version: z.string().max(120).optional(),
  hashes: z
    .array(z.object({ alg: z.string().max(40), content: z.string().max(200) }))
    .max(20)
    .optional(),
  properties: z.array(property).max(200).optional(),
});
const service = z.object({
  name: z.string().max(200),
  version: z.string().max(120).optional(),
  provider: z.object({ name: z.string().max(120).optional() }).optional(),
  properties: z.array(property).max(200).optional(),
});
const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string().max(10),
  metadata: z.object({ component: component.optional() }).optional(),
  components: z.array(component).max(10_000).optional(),
  services: z.array(service).max(50).optional(),
});

type Component = z.infer<typeof component>;
type Service = z.infer<typeof service>;

/** Which list of the manifest a component goes to, as `countersign:part` says; else an artefact. */
const PARTS = { artefact: 'artefacts', prompt: 'prompts', adapter: 'adapters', retrieval: 'retrieval' } as const;

/**
 * Reads an ML-BOM. Properties that Countersign looks at: `countersign:part` (artefact, prompt, adapter, retrieval) on
 * components; `countersign:pinning` (pinned, alias), `countersign:region`, `countersign:contract` and
 * `countersign:reviewEveryDays` on services. A component without a SHA-256 identifies nothing and is a problem.
 */
export function manifestFromMlBom(data: unknown): ManifestResult {
  const parsed = bomSchema.safeParse(data);
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 50).map((i) => ({ path: i.path.join('.'), problem: i.message }));
    return { ok: false, problems };
  }
  const bom = parsed.data;
  const components = [...(bom.components ?? [])];
  const main = bom.metadata?.component;
  // The described component usually stands in `components` too; by itself it counts only when it has a hash.
  if (main !== undefined && sha256Of(main) !== null && !components.some((c) => sha256Of(c) === sha256Of(main)))
    components.push(main);
  const without = components.filter((c) => sha256Of(c) === null);
  if (without.length > 0) {
    return {
      ok: false,
      problems: without.slice(0, 50).map((c) => ({ path: `components: ${c.name}`, problem: 'has no SHA-256' })),
    };
  }
  const lists = {
    artefacts: [] as object[],
    prompts: [] as object[],
    adapters: [] as object[],
    retrieval: [] as object[],
  };
  for (const c of components) lists[listOf(c)].push({ name: nameOf(c), digest: `sha256:${sha256Of(c)}` });
  return readManifest({ format: MANIFEST_FORMAT, ...lists, vendors: (bom.services ?? []).map(vendorOf) });
}

function listOf(c: Component): (typeof PARTS)[keyof typeof PARTS] {
  const part = propertyOf(c, 'countersign:part') ?? 'artefact';
  return Object.hasOwn(PARTS, part) ? PARTS[part as keyof typeof PARTS] : 'artefacts';
}

function nameOf(c: Component): string {
  return c.version === undefined ? c.name : `${c.name}@${c.version}`;
}

function vendorOf(s: Service): object {
  const days = propertyOf(s, 'countersign:reviewEveryDays');
  return {
    provider: s.provider?.name ?? '',
    service: s.name,
    version: s.version ?? '',
    // Nobody promised that the name stands still, so it is taken to float.
    pinning: propertyOf(s, 'countersign:pinning') === 'pinned' ? 'pinned' : 'alias',
    region: propertyOf(s, 'countersign:region') ?? '',
    contract: propertyOf(s, 'countersign:contract') ?? '',
    reviewEveryDays: days !== null && /^\d{1,3}$/.test(days) ? Number(days) : null,
  };
}

function sha256Of(c: Component): string | null {
  const hash = c.hashes?.find(({ alg }) => alg.toUpperCase() === 'SHA-256')?.content.toLowerCase();
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

function propertyOf(
  of: { readonly properties?: readonly z.infer<typeof property>[] | undefined },
  name: string,
): string | null {
  return of.properties?.find((p) => p.name === name)?.value ?? null;
}
