/** Documents that come in through Slack, on the packs of this server's data folder. */
import { parseBytes } from '#src/adapters/parse/parse-file.ts';
import { citationsOf } from '#src/delivery/answers/citations.ts';
import type { Documents, ProposedDocument } from '#src/delivery/answers/documents.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import { ImportError } from '#src/knowledge/importers/errors.ts';
import { affectedBy } from '#src/knowledge/packs/affected.ts';
import { diffPacks } from '#src/knowledge/packs/diff.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import type { Core } from '../core.ts';
import { openKnowledgeDesk, proposeFile, readPacks } from './packs.ts';

export type DocumentsParts = {
  readonly core: Core;
  readonly dataDir: string;
  /** What ships, as it was at the start. */
  readonly files: readonly RawFile[];
  /** Writes into the data folder what was accepted elsewhere. */
  readonly refresh: () => Promise<void>;
  readonly committed: () => void;
};

/** Opens the port. Its functions throw what may succeed another time. */
export function openDocuments({ core, dataDir, files, refresh, committed }: DocumentsParts): Documents {
  const { stores, recorder, now } = core;
  const open = async () => {
    // Another replica may have accepted something since this folder was written.
    await refresh();
    const packs = await readPacks(dataDir, files);
    return { packs, desk: openKnowledgeDesk(stores, recorder, packs, { now, committed }) };
  };
  return {
    async propose({ name, bytes }, as, actor) {
      const { packs, desk } = await open();
      try {
        const parsed = await parseBytes(name, bytes);
        const result = await proposeFile(packs, parsed, as, { actor: actor.person, now: now() });
        if (!result.ok) return { ok: false, problem: [result.detail] };
        await packs.folder.keepProposal(result.proposal);
        await desk.propose(result.proposal, actor);
        return result;
      } catch (error) {
        return problemOf(error);
      }
    },
    async accept(id, actor) {
      const { packs, desk } = await open();
      const proposal = await desk.proposal(id);
      if (proposal === null)
        return { ok: false, reason: 'unknown', problem: 'This proposal is not known any more; import the file again.' };
      if (proposal.proposedBy === actor.person)
        return {
          ok: false,
          reason: 'second_person_needed',
          problem: 'You proposed it; another administrator accepts it.',
        };
      const outcome = await desk.accept(proposal, actor);
      if (!outcome.ok) return { ok: false, reason: outcome.reason, problem: outcome.detail };
      const { pack, proposedBy } = proposal;
      const diff = diffPacks(packs.inForce.get(pack.document.id) ?? null, pack);
      const affected = affectedBy(diff, await citationsOf(stores.ledger, core.desk));
      return { ok: true, document: pack.document, logIndex: outcome.logIndex, proposedBy, affected };
    },
  };
}

function problemOf(error: unknown): ProposedDocument {
  if (error instanceof ImportError) return { ok: false, problem: [error.message, error.remedy] };
  if (error instanceof KnowledgeError)
    return {
      ok: false,
      problem: error.issues
        .slice(0, 10)
        .map(({ path, expected, remedy }) => `${path}: expected ${expected}. ${remedy}`),
    };
  throw error;
}
