/**
 * Changes of the library as commands on the stream `knowledge`: a proposal, its acceptance, a rollback, a withdrawal. The pack's bytes
 * are committed with the event that puts them in force; the copies in the data folder are written after and can be made
 * anew from here at every start.
 */

import {
  type Acceptable,
  type AcceptanceRefusal,
  type Acting,
  decideAcceptance,
  decideRollback,
  decideWithdrawal,
  proposedEvent,
} from '#src/knowledge/packs/acceptance.ts';
import type { ApproverDecision, KnowledgeEvent } from '#src/knowledge/packs/events.ts';
import { knowledgeEventSchema } from '#src/knowledge/packs/events.ts';
import {
  acceptedInForce,
  applyKnowledgeEvent,
  initialLedger,
  type Ledger as PackLedger,
} from '#src/knowledge/packs/ledger.ts';
import { type Pack, packHash, packText, readPack } from '#src/knowledge/packs/pack.ts';
import type { Proposal } from '#src/knowledge/packs/proposal.ts';
import type { Ledger } from '../ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

const KNOWLEDGE_STREAM = 'knowledge';

/** The copies in the data folder, which `ask` reads without a database. */
export type PackCopies = {
  readonly keepPack: (pack: Pack) => Promise<string>;
  readonly setInForce: (documents: ReadonlyMap<string, string>) => Promise<void>;
  /** Forgets a proposal that is in force now; nothing where it is not kept here. */
  readonly dropProposal: (id: string) => Promise<void>;
};

export type KnowledgeDeskDeps = StreamDeps & {
  readonly ledger: Pick<Ledger, 'readStream' | 'head' | 'commit' | 'readObject'>;
  readonly copies: PackCopies;
  /** What ships, one pack a document. */
  readonly shipped: readonly Pack[];
  /** Does the directory say that this person holds the role now? */
  readonly holdsRole: (person: string, role: string) => Promise<boolean>;
};

/** Who acts on the library; `commandId` takes effect once. */
export type KnowledgeActor = {
  readonly person: string;
  readonly commandId: string;
  readonly decision: ApproverDecision | null;
};

export type KnowledgeOutcome =
  | { readonly ok: true; readonly event: KnowledgeEvent; readonly logIndex: number }
  | { readonly ok: false; readonly reason: AcceptanceRefusal | 'duplicate_command'; readonly detail: string };

export type KnowledgeDesk = {
  /** What is and was in force, by document. */
  readonly state: () => Promise<PackLedger>;
  /** Every event of the library, in order, with what it hides. */
  readonly events: () => Promise<readonly KnowledgeEvent[]>;
  /** Records that something was proposed. The proposal itself is kept by the caller. */
  readonly propose: (proposal: Proposal, actor: KnowledgeActor) => Promise<KnowledgeOutcome>;
  readonly accept: (proposal: Acceptable, actor: KnowledgeActor) => Promise<KnowledgeOutcome>;
  /**
   * A proposal as it was recorded, from any server; null where its id or its pack is not known (any more), or where
   * different packs were proposed under this id.
   */
  readonly proposal: (id: string) => Promise<Acceptable | null>;
  readonly rollback: (document: string, version: string, actor: KnowledgeActor) => Promise<KnowledgeOutcome>;
  /** Proposes to take a document out of the library, or agrees to it; `reason` is needed for the first. */
  readonly withdraw: (document: string, reason: string | null, actor: KnowledgeActor) => Promise<KnowledgeOutcome>;
  /** A pack by hash: shipped, or as it was committed. Null when it is neither. */
  readonly pack: (hash: string) => Promise<Pack | null>;
  /** Makes the copies in the data folder what the events say. For every start. Returns the packs in force. */
  readonly syncCopies: () => Promise<readonly Pack[]>;
};

/** Makes the desk. Its functions throw CommitError and what the ledger throws. */
export function createKnowledgeDesk(deps: KnowledgeDeskDeps): KnowledgeDesk {
  const reader = createPackReader(deps);
  const change: Change = async (kind, actor, decide) => {
    const outcome = await commitChange(deps, kind, actor, decide);
    if (outcome.ok) await reader.syncCopies();
    return outcome;
  };
  return {
    ...reader,
    propose: (proposal, actor) =>
      change('knowledge.propose', actor, (_, at) => ({
        ok: true,
        event: { ...proposedEvent(proposal), at: at.toISOString() },
        // Whoever accepts may do so on another server.
        pack: proposal.pack,
      })),
    accept: async (proposal, actor) => {
      const outcome = await change('knowledge.accept', actor, async (known, at) =>
        decideAcceptance(proposal, known, await actingOf(deps, actor, at, proposal.pack.document.approver)),
      );
      if (outcome.ok) await deps.copies.dropProposal(proposal.id);
      return outcome;
    },
    proposal: async (id) => {
      const named = (await reader.events())
        .filter((event) => event.type === 'knowledge.proposed')
        .filter(({ proposal }) => proposal === id);
      const proposed = named.at(-1);
      // Short enough to be met on purpose: what the second person was shown would be accepted as something else.
      if (proposed === undefined || named.some(({ packHash }) => packHash !== proposed.packHash)) return null;
      const pack = await reader.pack(proposed.packHash);
      if (pack === null) return null;
      const { packHash: hash, baseHash, by } = proposed;
      return { id, pack, packHash: hash, baseHash, proposedBy: by };
    },
    rollback: (document, version, actor) =>
      change('knowledge.rollback', actor, async (known, at) => {
        const targets = new Map<string, Pack | null>();
        for (const { hash } of known.get(document)?.versions ?? []) targets.set(hash, await reader.pack(hash));
        const approver = [...targets.values()].find((found) => found !== null)?.document.approver ?? null;
        const acting = await actingOf(deps, actor, at, approver);
        const decided = decideRollback(known, document, version, (hash) => targets.get(hash) ?? null, acting);
        return decided.ok ? { ...decided, pack: targets.get(decided.event.toHash) ?? null } : decided;
      }),
    withdraw: (document, reason, actor) =>
      change('knowledge.withdraw', actor, async (known, at) => {
        const hash = known.get(document)?.inForce ?? null;
        const pack = hash === null ? null : await reader.pack(hash);
        const acting = await actingOf(deps, actor, at, pack?.document.approver ?? null);
        const decided = decideWithdrawal(known, document, reason, pack, acting);
        return decided.ok ? { ...decided, pack: null } : decided;
      }),
  };
}

type Decided =
  | { readonly ok: true; readonly event: KnowledgeEvent; readonly pack: Pack | null }
  | Exclude<KnowledgeOutcome, { ok: true }>;
type Decide = (known: PackLedger, at: Date) => Promise<Decided> | Decided;
type Change = (kind: string, actor: KnowledgeActor, decide: Decide) => Promise<KnowledgeOutcome>;
/** The reading half of the desk. */
export type PackReader = Pick<KnowledgeDesk, 'state' | 'events' | 'pack' | 'syncCopies'>;

/** Reads what was recorded, without changing anything but the copies; for a start, which has no recorder yet. */
export function createPackReader(deps: {
  readonly ledger: Pick<Ledger, 'readStream' | 'readObject'>;
  readonly copies: PackCopies;
  readonly shipped: readonly Pack[];
}): PackReader {
  const events = async (): Promise<readonly KnowledgeEvent[]> =>
    eventsOf(await readEvents(deps.ledger, KNOWLEDGE_STREAM));
  const state = async (): Promise<PackLedger> =>
    (await events()).reduce(applyKnowledgeEvent, initialLedger(deps.shipped));
  const pack = async (hash: string): Promise<Pack | null> => {
    const shipped = deps.shipped.find((candidate) => packHash(candidate) === hash);
    if (shipped !== undefined) return shipped;
    const object = await deps.ledger.readObject(hash);
    if (object === null) return null;
    const reading = readPack(JSON.parse(new TextDecoder().decode(object.bytes)));
    return reading.ok && reading.hash === hash ? reading.pack : null;
  };
  const syncCopies = async (): Promise<readonly Pack[]> => {
    const inForce = acceptedInForce(await state());
    const packs: Pack[] = [];
    for (const hash of inForce.values()) {
      const found = await pack(hash);
      if (found === null) continue;
      await deps.copies.keepPack(found);
      packs.push(found);
    }
    await deps.copies.setInForce(inForce);
    return packs;
  };
  return { events, state, pack, syncCopies };
}

function commitChange(
  deps: KnowledgeDeskDeps,
  kind: string,
  actor: KnowledgeActor,
  decide: Decide,
): Promise<KnowledgeOutcome> {
  return onStream<KnowledgeOutcome>(
    deps,
    { stream: KNOWLEDGE_STREAM, actor: actor.person, commandId: actor.commandId, commandKind: kind },
    async (stored, at) => {
      const known = eventsOf(stored).reduce(applyKnowledgeEvent, initialLedger(deps.shipped));
      const decided = await decide(known, at);
      if (!decided.ok) return { kind: 'settled', result: decided };
      const { event, pack } = decided;
      const objects =
        pack === null
          ? []
          : [
              {
                sha256: packHash(pack),
                mediaType: 'application/json',
                bytes: new TextEncoder().encode(packText(pack)),
              },
            ];
      const result = (logIndex: number): KnowledgeOutcome => ({ ok: true, event, logIndex });
      return { kind: 'commit', drafts: [draftOf(event)], records: [], objects, result };
    },
    // A payload that is handled again after a crash gets what came of it the first time.
    async () => {
      const stored = await readEvents(deps.ledger, KNOWLEDGE_STREAM);
      const before = stored.find(({ commandId }) => commandId === actor.commandId);
      const [event] = before === undefined ? [] : eventsOf([before]);
      if (before === undefined || event === undefined)
        return { ok: false, reason: 'duplicate_command', detail: 'This was done before.' };
      return { ok: true, event, logIndex: before.logIndex };
    },
  );
}

async function actingOf(
  deps: KnowledgeDeskDeps,
  actor: KnowledgeActor,
  at: Date,
  role: string | null,
): Promise<Acting> {
  const holds = role !== null && (await deps.holdsRole(actor.person, role));
  const holdsRole = (_: string, asked: string): boolean => holds && asked === role;
  return { actor: actor.person, now: at.toISOString(), decision: actor.decision, holdsRole };
}

/**
 * The event's own facts; who and when stand beside them. The file's name, where a decision is kept and why something is
 * withdrawn are hidden.
 */
function draftOf(event: KnowledgeEvent): {
  type: string;
  data: unknown;
  hide: string[];
  artefacts: { name: string; sha256: string }[];
} {
  const { type, by: _, at: __, ...data } = event;
  const pack = (sha256: string) => ({ name: event.document, sha256 });
  const source = (sha256: string) => ({ name: `${event.document} source`, sha256 });
  if (event.type === 'knowledge.proposed')
    return { type, data, hide: ['file.name'], artefacts: [pack(event.packHash), source(event.file.sha256)] };
  if (event.type === 'knowledge.withdrawal_proposed')
    return { type, data, hide: ['reason'], artefacts: [pack(event.packHash)] };
  const hide = event.decision === null ? [] : ['decision.reference'];
  if (event.type === 'knowledge.accepted')
    return { type, data, hide, artefacts: [pack(event.packHash), source(event.fileSha256)] };
  return { type, data, hide, artefacts: [pack(event.type === 'knowledge.withdrawn' ? event.packHash : event.toHash)] };
}

/** Stored events as the library's; what was erased reads as such, and events of other versions are passed over. */
function eventsOf(stored: readonly StreamEvent[]): readonly KnowledgeEvent[] {
  return stored.flatMap((event) => {
    const data = withErased(event.data);
    const parsed = knowledgeEventSchema.safeParse({
      ...data,
      type: event.type,
      by: event.actor,
      at: event.at.toISOString(),
    });
    return parsed.success ? [parsed.data] : [];
  });
}

function withErased(data: unknown): Record<string, unknown> {
  const event = { ...(typeof data === 'object' && data !== null ? data : {}) } as Record<string, unknown>;
  for (const [outer, inner] of [
    ['file', 'name'],
    ['decision', 'reference'],
  ] as const) {
    const part = event[outer];
    if (typeof part === 'object' && part !== null && typeof (part as Record<string, unknown>)[inner] !== 'string')
      event[outer] = { ...part, [inner]: 'erased' };
  }
  if (event['reason'] !== undefined && typeof event['reason'] !== 'string') event['reason'] = 'erased';
  return event;
}
