/** Which pack of each document is in force and which were before: folded from the events, starting with what ships. */
import type { KnowledgeEvent, KnowledgeWithdrawalProposed } from './events.ts';
import { type Pack, packHash } from './pack.ts';

/** One pack that was in force once. */
export type LedgerVersion = {
  readonly version: string;
  readonly hash: string;
  /** Hex sha256 of the file; null for what ships. */
  readonly fileSha256: string | null;
  /** ISO time and person; null for what ships. */
  readonly acceptedAt: string | null;
  readonly acceptedBy: string | null;
};

export type LedgerDocument = {
  /** Hash of the pack in force; null after it was withdrawn. */
  readonly inForce: string | null;
  readonly shipped: string | null;
  readonly versions: readonly LedgerVersion[];
  /** A withdrawal that waits for a second person; null for none. */
  readonly withdrawal: KnowledgeWithdrawalProposed | null;
};

/** Document id -> its versions. Immutable. */
export type Ledger = ReadonlyMap<string, LedgerDocument>;

/** The state before any import: what ships is in force. */
export function initialLedger(shipped: readonly Pack[]): Ledger {
  return new Map(
    shipped.map((pack) => {
      const hash = packHash(pack);
      const first = { version: pack.document.version, hash, fileSha256: null, acceptedAt: null, acceptedBy: null };
      return [pack.document.id, { inForce: hash, shipped: hash, versions: [first], withdrawal: null }];
    }),
  );
}

/** The state after an event. Proposals change nothing. */
export function applyKnowledgeEvent(ledger: Ledger, event: KnowledgeEvent): Ledger {
  if (event.type === 'knowledge.proposed') return ledger;
  const known = ledger.get(event.document);
  const next = new Map(ledger);
  if (event.type === 'knowledge.withdrawal_proposed') {
    if (known !== undefined) next.set(event.document, { ...known, withdrawal: event });
    return next;
  }
  if (event.type === 'knowledge.rolled_back' || event.type === 'knowledge.withdrawn') {
    const inForce = event.type === 'knowledge.withdrawn' ? null : event.toHash;
    if (known !== undefined) next.set(event.document, { ...known, inForce, withdrawal: null });
    return next;
  }
  const version = {
    version: event.version,
    hash: event.packHash,
    fileSha256: event.fileSha256,
    acceptedAt: event.at,
    acceptedBy: event.by,
  };
  const versions = [...(known?.versions ?? []).filter((entry) => entry.hash !== event.packHash), version];
  next.set(event.document, {
    inForce: event.packHash,
    shipped: known?.shipped ?? null,
    versions,
    withdrawal: null,
  });
  return next;
}

/** Document id -> hash of each accepted pack in force; what ships is not listed. */
export function acceptedInForce(ledger: Ledger): ReadonlyMap<string, string> {
  return new Map(
    [...ledger].flatMap(([id, { inForce, shipped }]) =>
      inForce === null || inForce === shipped ? [] : [[id, inForce] as const],
    ),
  );
}

export type VersionSearch =
  | { readonly ok: true; readonly document: string; readonly found: LedgerVersion }
  | {
      readonly ok: false;
      readonly reason: 'unknown_document' | 'unknown_version' | 'ambiguous_version';
      readonly candidates: readonly string[];
    };

/**
 * A version by its name (`1.1.0`), by name and hash (`1.1.0@3f2a91`), by the beginning of its hash (6 digits or more),
 * or as `shipped`. Two packs of one name are told apart by their hash.
 */
export function findVersion(ledger: Ledger, document: string, wanted: string): VersionSearch {
  const entry = ledger.get(document);
  if (entry === undefined) return { ok: false, reason: 'unknown_document', candidates: [...ledger.keys()] };
  const [name = '', prefix = ''] = wanted.split('@');
  const byHash = /^[0-9a-f]{6,64}$/.test(wanted)
    ? entry.versions.filter((version) => version.hash.startsWith(wanted))
    : [];
  const byName = entry.versions.filter((version) => version.version === name && version.hash.startsWith(prefix));
  const found =
    wanted === 'shipped'
      ? entry.versions.filter((version) => version.hash === entry.shipped)
      : byName.length > 0
        ? byName
        : byHash;
  const [only, second] = found;
  if (only !== undefined && second === undefined) return { ok: true, document, found: only };
  return {
    ok: false,
    reason: found.length > 1 ? 'ambiguous_version' : 'unknown_version',
    candidates: entry.versions.map(versionLabel),
  };
}

/** `1.1.0@3f2a91c0`: names one version even where two carry the same number. */
function versionLabel(version: { readonly version: string; readonly hash: string }): string {
  return `${version.version}@${version.hash.slice(0, 8)}`;
}
