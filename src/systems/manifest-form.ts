/** A manifest from the fields of a form: one part a line, `name sha256:...`, and at most one vendor reference. Pure. */
import { MANIFEST_FORMAT, type ManifestResult, readManifest } from './manifest.ts';

/** Fields as people fill them in; empty or missing ones count as nothing. */
export type ManifestForm = {
  /** Lines `name sha256:<hex>`. */
  readonly artefacts?: string;
  readonly prompts?: string;
  readonly adapters?: string;
  readonly retrieval?: string;
} & VendorForm;

/** A model or service that a vendor runs, as somebody names it. */
type VendorForm = {
  readonly provider?: string;
  readonly service?: string;
  readonly serviceVersion?: string;
  readonly pinning?: string;
  readonly region?: string;
  readonly contract?: string;
  /** Whole days, as text. */
  readonly reviewEveryDays?: string;
};

const VENDOR_FIELDS = ['provider', 'service', 'serviceVersion', 'region', 'contract', 'reviewEveryDays'] as const;

/** Builds the manifest; the path of a problem is the field in which it is mended. */
export function manifestFromForm(form: ManifestForm): ManifestResult {
  const problems: { readonly path: string; readonly problem: string }[] = [];
  const lines = (field: 'artefacts' | 'prompts' | 'adapters' | 'retrieval') =>
    (form[field] ?? '')
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .flatMap((line) => {
        const match = /^(.{1,300}?)[\s:=]+(sha256:[0-9a-fA-F]{64})$/.exec(line);
        if (match?.[1] && match[2]) return [{ name: match[1], digest: match[2].toLowerCase() }];
        problems.push({ path: field, problem: `"${line.slice(0, 60)}" is not a name followed by sha256:...` });
        return [];
      });
  const manifest = {
    format: MANIFEST_FORMAT,
    artefacts: lines('artefacts'),
    prompts: lines('prompts'),
    adapters: lines('adapters'),
    retrieval: lines('retrieval'),
    vendors: VENDOR_FIELDS.some((field) => (form[field] ?? '').trim() !== '') ? [vendorOf(form)] : [],
  };
  if (problems.length > 0) return { ok: false, problems };
  const read = readManifest(manifest);
  return read.ok ? read : { ok: false, problems: read.problems.map((p) => ({ ...p, path: fieldOf(p.path) })) };
}

/** `artefacts.3.digest` is mended in `artefacts`, `vendors.0.version` in the version of the service. */
function fieldOf(path: string): string {
  const [list = '', , field = ''] = path.split('.');
  if (list !== 'vendors') return list;
  return field === 'version' ? 'serviceVersion' : field === '' ? 'provider' : field;
}

/** The vendor reference of a form or of options, not yet checked; whatever is not pinned floats. */
export function vendorOf(form: VendorForm): object {
  const days = (form.reviewEveryDays ?? '').trim();
  return {
    provider: form.provider ?? '',
    service: form.service ?? '',
    version: form.serviceVersion ?? '',
    pinning: form.pinning === 'pinned' ? 'pinned' : 'alias',
    region: form.region ?? '',
    contract: form.contract ?? '',
    reviewEveryDays: /^\d{1,3}$/.test(days) ? Number(days) : null,
  };
}
