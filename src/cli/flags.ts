/** Options of the commands, as commander gives them. */
import type { ErasureBasis } from '#src/delivery/erasure/erasure.ts';
import type { ExportFormat } from '#src/wire/evidence/export.ts';
import type { ExportFilters } from '#src/wire/evidence/selection.ts';

/** `--json` alone. */
export type JsonFlags = { readonly json?: true };

/** Options of `ask`. */
export type AskFlags = JsonFlags & { readonly explain?: true; readonly batch?: string };

/** Options of `knowledge list`. */
export type ListFlags = JsonFlags & { readonly document?: string };

/** Options of `request list`. */
export type RequestListFlags = JsonFlags & { readonly status?: string; readonly system?: string };

/** Options of `gate`. */
export type GateFlags = JsonFlags & {
  readonly system: string;
  readonly version: string;
  readonly digest: string;
  readonly environment: string;
};

/** What a verifier brings along; options of `evidence rebuild-state`. */
export type TrustFlags = JsonFlags & { readonly vkey: readonly string[]; readonly anchor: readonly string[] };

/** Options of `evidence verify`. */
export type VerifyFlags = TrustFlags & { readonly bundle?: string; readonly treeOnly?: true };

export const EXPORT_FORMATS = ['bundle', 'oscal-ar', 'oscal-poam', 'csv'] as const satisfies readonly ExportFormat[];

/** Options of `evidence export`. */
export type ExportFlags = JsonFlags &
  ExportFilters & {
    readonly format: (typeof EXPORT_FORMATS)[number];
    readonly out: string;
    readonly redact?: true;
  };

/** Options of `evidence coverage` and `evidence reconcile`. */
export type PopulationFlags = JsonFlags & ExportFilters;

/** Options of `manifest digest`. */
export type ManifestFlags = JsonFlags & {
  readonly artefact: readonly string[];
  readonly prompt: readonly string[];
  readonly adapter: readonly string[];
  readonly retrieval: readonly string[];
  readonly bom?: string;
  readonly manifest?: string;
  readonly provider?: string;
  readonly service?: string;
  readonly serviceVersion?: string;
  readonly pinned?: true;
  readonly region?: string;
  readonly contract?: string;
  readonly reviewDays?: string;
  readonly out?: string;
};

/** Options of commands that somebody takes the responsibility for. */
export type ByFlags = JsonFlags & { readonly by: string };

/** Options of `gate-token create` and `gate-token revoke`. */
export type NameFlags = JsonFlags & { readonly name: string };

export const ERASURE_BASES = ['own_request', 'left', 'court', 'other'] as const satisfies readonly ErasureBasis[];

/** Options of `erase person`. */
export type EraseFlags = ByFlags & { readonly basis: ErasureBasis };

/** Options of `hold place`. */
export type PlaceFlags = ByFlags & {
  readonly reason: string;
  readonly person?: string;
  readonly system?: string;
  readonly request?: string;
};

/** Options of `evidence rotate-key`. */
export type RotateFlags = JsonFlags & {
  readonly purpose: 'statement' | 'checkpoint';
  /** Days. */
  readonly overlap: number;
  readonly key?: string;
};

/** Options of `file capture`. */
export type CaptureFlags = ByFlags & {
  readonly kind: string;
  readonly title?: string;
  readonly fileVersion?: string;
  readonly date: string;
  readonly validUntil?: string;
  readonly system: readonly string[];
  readonly source: string;
};

/** Options of `file attest`. */
export type AttestFlags = ByFlags & {
  readonly role: string;
  readonly system: readonly string[];
  readonly organisation?: boolean;
};

export type WithdrawFlags = ByFlags & { readonly reason: string };

/** Options of `system describe` and `system use-case`. */
export type DescribeFlags = ByFlags & {
  readonly purpose?: string;
  readonly owner?: string;
  readonly data: readonly string[];
  readonly lineage: readonly string[];
  readonly vendor: readonly string[];
  readonly link: readonly string[];
  readonly ssrm?: string;
};

/** Options of `system add-version`. */
export type VersionFlags = ByFlags & { readonly manifest: string };

/** Options of `system review-alias`. */
export type AliasFlags = ByFlags & { readonly changed?: true };

/** Options of `system decommission` and `system step`. */
export type StepFlags = ByFlags & { readonly reason?: string; readonly note?: string };
