/** The port to documents that an administrator brings in Slack: a file becomes a proposal, a proposal comes in force. */
import type { ImportOptions } from '#src/knowledge/importers/draft.ts';
import type { Affected } from '#src/knowledge/packs/affected.ts';
import type { Pack } from '#src/knowledge/packs/pack.ts';
import type { Proposal } from '#src/knowledge/packs/proposal.ts';
import type { KnowledgeActor } from './knowledge-desk.ts';

export type ProposedDocument =
  | { readonly ok: true; readonly proposal: Proposal }
  /** Why not, in words, with what to do next; nothing was kept. */
  | { readonly ok: false; readonly problem: readonly string[] };

export type AcceptedDocument =
  | {
      readonly ok: true;
      readonly document: Pack['document'];
      readonly logIndex: number;
      readonly proposedBy: string;
      /** Requests and exceptions that cite what changed. */
      readonly affected: readonly Affected[];
    }
  | { readonly ok: false; readonly reason: string; readonly problem: string };

export interface Documents {
  /** Reads a file, compares it with what is in force, and records the proposal. */
  propose(
    file: { readonly name: string; readonly bytes: Uint8Array },
    as: ImportOptions,
    actor: KnowledgeActor,
  ): Promise<ProposedDocument>;
  /** Puts a proposal in force; always a second person. */
  accept(id: string, actor: KnowledgeActor): Promise<AcceptedDocument>;
}
