/** Who may put a pack in force, and take it back. Pure decisions that end in an event or a refusal. */
import {
  type ApproverDecision,
  approverDecisionSchema,
  type KnowledgeAccepted,
  type KnowledgeProposed,
  type KnowledgeRolledBack,
  type KnowledgeWithdrawalProposed,
  type KnowledgeWithdrawn,
} from './events.ts';
import { findVersion, type Ledger } from './ledger.ts';
import { importKindSchema, type Pack, packHash } from './pack.ts';
import type { Proposal } from './proposal.ts';

export type AcceptanceRefusal =
  /** Another pack of the document came in force since the proposal was made. */
  | 'stale'
  | 'already_in_force'
  /** A pack of the document is or was in force, and the same person proposed this. */
  | 'second_person_needed'
  /** A binding document names its approver; without that body's decision nothing binds. */
  | 'approver_decision_needed'
  | 'not_the_approver'
  | 'approver_unknown'
  | 'effective_before_decision'
  /** What ships is not withdrawn; it can be rolled back to. */
  | 'ships'
  | 'withdrawn'
  | 'reason_needed'
  | 'unknown_document'
  | 'unknown_version'
  | 'ambiguous_version';

export type Refused = { readonly ok: false; readonly reason: AcceptanceRefusal; readonly detail: string };

/** Who acts, when, and by which authority. */
export type Acting = {
  /** Opaque id of the person. */
  readonly actor: string;
  /** ISO time. */
  readonly now: string;
  /** The approver's decision, for binding documents. */
  readonly decision: ApproverDecision | null;
  /** Does the directory say that this person holds (or sits in) the role at `now`? Unknown roles: false. */
  readonly holdsRole: (person: string, role: string) => boolean;
};

/** The event that records a proposal. */
export function proposedEvent(proposal: Proposal): KnowledgeProposed {
  const { pack, diff } = proposal;
  return {
    type: 'knowledge.proposed',
    proposal: proposal.id,
    document: pack.document.id,
    version: pack.document.version,
    file: {
      name: pack.source.file,
      sha256: pack.source.sha256,
      bytes: pack.source.bytes,
      kind: importKindSchema.parse(pack.source.kind),
    },
    packHash: proposal.packHash,
    baseHash: proposal.baseHash,
    counts: {
      added: diff.added.length,
      changed: diff.changed.length,
      removed: diff.removed.length,
      suspicious: proposal.suspicious.length,
    },
    by: proposal.proposedBy,
    at: proposal.proposedAt,
  };
}

/** What a decision on a proposal looks at. */
export type Acceptable = Pick<Proposal, 'id' | 'pack' | 'packHash' | 'baseHash' | 'proposedBy'>;

export type Acceptance = { readonly ok: true; readonly event: KnowledgeAccepted; readonly pack: Pack } | Refused;

/**
 * Decides on accepting a proposal. A first pack of a document needs one person; a later one, also after a withdrawal, a
 * second person; a binding one the decision of the approver its title block names (POL-DOC), taken by somebody who holds that role.
 */
export function decideAcceptance(proposal: Acceptable, ledger: Ledger, acting: Acting): Acceptance {
  const id = proposal.pack.document.id;
  const known = ledger.get(id);
  const inForce = known?.inForce ?? null;
  if (inForce === proposal.packHash)
    return refuse('already_in_force', `${id} ${proposal.pack.document.version} is in force already.`);
  if (inForce !== proposal.baseHash)
    return refuse('stale', `${id} has changed since this was proposed; import the file again.`);
  if (known !== undefined && acting.actor === proposal.proposedBy) {
    return refuse(
      'second_person_needed',
      `A pack of ${id} ${inForce === null ? 'was withdrawn' : 'is in force'}; somebody other than the person who proposed this has to accept it.`,
    );
  }
  const binding = checkBinding(proposal.pack, acting);
  if (!binding.ok) return binding;
  const pack = binding.decision === null ? proposal.pack : dated(proposal.pack, binding.decision);
  const event: KnowledgeAccepted = {
    type: 'knowledge.accepted',
    proposal: proposal.id,
    document: id,
    version: pack.document.version,
    packHash: packHash(pack),
    proposedPackHash: proposal.packHash,
    previousHash: inForce,
    fileSha256: pack.source.sha256,
    proposedBy: proposal.proposedBy,
    decision: binding.decision,
    by: acting.actor,
    at: acting.now,
  };
  return { ok: true, event, pack };
}

export type Rollback = { readonly ok: true; readonly event: KnowledgeRolledBack } | Refused;

/**
 * Decides on putting an earlier version back in force. `target` is that version's pack: rolling back a binding document
 * is a decision of its approver too.
 */
export function decideRollback(
  ledger: Ledger,
  document: string,
  version: string,
  target: (hash: string) => Pack | null,
  acting: Acting,
): Rollback {
  const search = findVersion(ledger, document, version);
  if (!search.ok) {
    const what = search.reason === 'unknown_document' ? 'documents' : 'versions';
    return refuse(search.reason, `Known ${what}: ${search.candidates.join(', ')}.`);
  }
  const entry = ledger.get(document);
  if (entry?.inForce === null) return refuse('withdrawn', `${document} was withdrawn; import its file again.`);
  const from = entry?.versions.find((candidate) => candidate.hash === entry.inForce);
  if (entry === undefined || from === undefined) return refuse('unknown_document', document);
  if (search.found.hash === entry.inForce)
    return refuse('already_in_force', `${document} ${version} is in force already.`);
  const pack = target(search.found.hash);
  if (pack === null) return refuse('unknown_version', `The pack ${search.found.hash} is not in the data folder.`);
  const binding = checkBinding(pack, acting);
  if (!binding.ok) return binding;
  return {
    ok: true,
    event: {
      type: 'knowledge.rolled_back',
      document,
      fromHash: from.hash,
      fromVersion: from.version,
      toHash: search.found.hash,
      toVersion: search.found.version,
      decision: binding.decision,
      by: acting.actor,
      at: acting.now,
    },
  };
}

export type Withdrawal =
  | { readonly ok: true; readonly event: KnowledgeWithdrawalProposed | KnowledgeWithdrawn }
  | Refused;

/**
 * Decides on taking a document out of the library: the first person proposes it with a reason, a second one agrees, and
 * it takes effect. Out of force is not deleted: what an answer or a decision cited can still be shown. `pack` is what is
 * in force; withdrawing a binding document is its approver's decision too.
 */
export function decideWithdrawal(
  ledger: Ledger,
  document: string,
  reason: string | null,
  pack: Pack | null,
  acting: Acting,
): Withdrawal {
  const entry = ledger.get(document);
  if (entry === undefined) return refuse('unknown_document', `Known documents: ${[...ledger.keys()].join(', ')}.`);
  const { inForce, shipped, withdrawal } = entry;
  if (inForce === null || pack === null) return refuse('withdrawn', `${document} is not in force any more.`);
  if (shipped !== null)
    return refuse(
      'ships',
      `${document} ships with Countersign; "knowledge rollback ${document} shipped" goes back to it.`,
    );
  const what = { document, version: pack.document.version, packHash: inForce };
  const who = { by: acting.actor, at: acting.now };
  if (withdrawal?.packHash !== inForce) {
    if (reason === null) return refuse('reason_needed', 'Say why it is withdrawn; whoever agrees reads it.');
    return { ok: true, event: { type: 'knowledge.withdrawal_proposed', ...what, reason, ...who } };
  }
  if (withdrawal.by === acting.actor)
    return refuse('second_person_needed', 'Somebody other than the person who proposed it has to agree.');
  const binding = checkBinding(pack, acting);
  if (!binding.ok) return binding;
  const { decision } = binding;
  return { ok: true, event: { type: 'knowledge.withdrawn', ...what, proposedBy: withdrawal.by, decision, ...who } };
}

function checkBinding(
  pack: Pack,
  acting: Acting,
): { readonly ok: true; readonly decision: ApproverDecision | null } | Refused {
  if (pack.document.authority !== 'binding') return { ok: true, decision: null };
  const { approver } = pack.document;
  if (approver === null)
    return refuse('approver_unknown', 'The document names no approver; add one to its title block.');
  const decision = approverDecisionSchema.safeParse(acting.decision);
  if (!decision.success || decision.data.approver !== approver) {
    return refuse(
      'approver_decision_needed',
      `This document binds; it needs the decision of ${approver}, with its date and where it is recorded.`,
    );
  }
  if (!acting.holdsRole(acting.actor, approver))
    return refuse('not_the_approver', `Only somebody who holds the role ${approver} can record its decision.`);
  if (decision.data.effective !== null && decision.data.effective < decision.data.decidedOn) {
    return refuse('effective_before_decision', 'It cannot bind before it was decided.');
  }
  return { ok: true, decision: decision.data };
}

/** A binding pack with the day it binds from and the day of its next review, a year later (POL-11). */
function dated(pack: Pack, decision: ApproverDecision): Pack {
  const effective = decision.effective ?? decision.decidedOn;
  const [year = '', ...rest] = effective.split('-');
  const anniversary = `${Number(year) + 1}-${rest.join('-')}`;
  const nextReview = anniversary.endsWith('-02-29') ? anniversary.replace('-02-29', '-02-28') : anniversary;
  return { ...pack, document: { ...pack.document, effective, nextReview } };
}

function refuse(reason: AcceptanceRefusal, detail: string): Refused {
  return { ok: false, reason, detail };
}
