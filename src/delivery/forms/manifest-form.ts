/** The form that says what a version of a system is made of, from its answers to a manifest and its digest. Pure. */

import type { Manifest } from '#src/systems/manifest.ts';
import { type ManifestForm, manifestFromForm } from '#src/systems/manifest-form.ts';
import { type FieldErrors, type FormValues, text } from './form-values.ts';

/** Callback id of the modal. */
export const MANIFEST_FORM = 'manifest';

/** Lists of parts, in the order of the form. */
export const PART_FIELDS = ['artefacts', 'prompts', 'adapters', 'retrieval'] as const;

export type VersionOfForm =
  | {
      readonly ok: true;
      readonly system: string;
      readonly version: string;
      readonly manifest: Manifest;
      /** `sha256:<64 hex>`. */
      readonly digest: string;
    }
  | { readonly ok: false; readonly errors: FieldErrors };

/** Reads the answers; errors stand at the field in which they are mended. */
export function versionOfForm(values: FormValues): VersionOfForm {
  const [system, version] = [text(values, 'system'), text(values, 'version')];
  const read = manifestFromForm({
    artefacts: text(values, 'artefacts'),
    prompts: text(values, 'prompts'),
    adapters: text(values, 'adapters'),
    retrieval: text(values, 'retrieval'),
    provider: text(values, 'provider'),
    service: text(values, 'service'),
    serviceVersion: text(values, 'serviceVersion'),
    pinning: text(values, 'pinning'),
    region: text(values, 'region'),
    contract: text(values, 'contract'),
    reviewEveryDays: text(values, 'reviewEveryDays'),
  } satisfies Required<ManifestForm>);
  const errors: Record<string, string> = {};
  if (system === '') errors['system'] = 'Which system?';
  if (version === '') errors['version'] = 'Which version?';
  if (!read.ok) for (const { path, problem } of read.problems) errors[path] ??= `${problem}.`;
  if (!read.ok || Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, system, version, manifest: read.manifest, digest: read.digest };
}
