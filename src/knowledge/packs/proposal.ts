/** An import before it is in force: what it would add, change and remove, and what a reviewer should look at. */
import { valueHash } from '../hash.ts';
import type { Draft } from '../importers/draft.ts';
import type { ImportWarning, WarningCode } from '../importers/source.ts';
import type { RoleRegistry } from '../roles.ts';
import type { Crosswalk } from './crosswalk.ts';
import { diffPacks, type PackDiff } from './diff.ts';
import { mergePack } from './merge.ts';
import { type Pack, packHash } from './pack.ts';

/** Flags that belong in front of whoever accepts; the others are notes on how the file was read. */
const SUSPICIOUS: ReadonlySet<WarningCode> = new Set([
  'ambiguous_id',
  'column_missing',
  'count_changed',
  'duplicate_heading',
  'duplicate_id',
  'empty_ownership',
  'empty_statement',
  'formula',
  'heading_skipped',
  'hidden_text',
  'invisible_characters',
  'model_instruction',
  'no_raci',
  'numbering_gap',
  'script_dropped',
  'unbalanced_bracket',
  'unknown_role',
  'unreadable_value',
]);

/** A proposed pack with its preview. Its id is derived from its content: the same import gets the same id. */
export type Proposal = {
  readonly id: string;
  readonly pack: Pack;
  readonly packHash: string;
  /** Hash of the pack in force it was compared with; null when the document is new. */
  readonly baseHash: string | null;
  readonly proposedBy: string;
  /** ISO time. */
  readonly proposedAt: string;
  readonly diff: PackDiff;
  readonly suspicious: readonly ImportWarning[];
  readonly notes: readonly ImportWarning[];
};

export type ProposalResult =
  | { readonly ok: true; readonly proposal: Proposal }
  | { readonly ok: false; readonly reason: 'unchanged' | 'prefix_mismatch' | 'prefix_taken'; readonly detail: string };

/** What the proposal is compared with. */
export type ProposalContext = {
  /** The pack of the same document in force, shipped or accepted. */
  readonly base: Pack | null;
  /** Id prefixes of all documents in force: prefix -> document id. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly roles: RoleRegistry;
  readonly crosswalk: Crosswalk | null;
  readonly actor: string;
  /** ISO time. */
  readonly now: string;
};

/** Makes a proposal of an import. Pure: nothing is kept. */
export function propose(draft: Draft, context: ProposalContext): ProposalResult {
  const { base } = context;
  const owner = context.prefixes.get(draft.document.prefix);
  if (base !== null && base.document.prefix !== draft.document.prefix) {
    return {
      ok: false,
      reason: 'prefix_mismatch',
      detail: `Items of ${base.document.id} start with ${base.document.prefix}-, the file's with ${draft.document.prefix}-.`,
    };
  }
  if (base === null && owner !== undefined) {
    return {
      ok: false,
      reason: 'prefix_taken',
      detail: `Ids starting with ${draft.document.prefix}- belong to ${owner}; give the import another --id.`,
    };
  }
  const pack = mergePack(draft, base);
  if (base !== null && samePack(base, pack))
    return {
      ok: false,
      reason: 'unchanged',
      detail: `${pack.document.id} ${pack.document.version} is in force with the same content.`,
    };
  const hash = packHash(pack);
  const warnings = [...draft.warnings, ...unknownRoles(pack, context.roles, draft)];
  const baseHash = base === null ? null : packHash(base);
  return {
    ok: true,
    proposal: {
      id: `IMP-${valueHash({ hash, baseHash }).slice(0, 8)}`,
      pack,
      packHash: hash,
      baseHash,
      proposedBy: context.actor,
      proposedAt: context.now,
      diff: diffPacks(base, pack, context.crosswalk),
      suspicious: warnings.filter((warning) => SUSPICIOUS.has(warning.code)),
      notes: warnings.filter((warning) => !SUSPICIOUS.has(warning.code)),
    },
  };
}

/** Equal items and description; where the file comes from does not matter. */
function samePack(a: Pack, b: Pack): boolean {
  const content = (pack: Pack): unknown => ({
    items: [...pack.items].sort((x, y) => (x.id < y.id ? -1 : 1)),
    document: { ...pack.document, effective: null, nextReview: null, revisions: [] },
  });
  return valueHash(content(a)) === valueHash(content(b));
}

function unknownRoles(pack: Pack, roles: RoleRegistry, draft: Draft): readonly ImportWarning[] {
  const found = new Map<string, ImportWarning>();
  for (const item of pack.items) {
    for (const mention of Object.values(item.raci ?? {}).flat()) {
      if (found.has(mention.name) || roles.resolve(mention.name).length > 0) continue;
      found.set(mention.name, {
        code: 'unknown_role',
        place: draft.places.get(item.id) ?? {},
        itemId: item.id,
        detail: `"${mention.name}" is in no role registry; it is added as a role of its own.`,
      });
    }
  }
  return [...found.values()];
}
