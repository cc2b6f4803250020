/** `knowledge status` and `knowledge diff`: versions of documents, what waits, and what changed for whom. */
import { createPackReader } from '#src/delivery/answers/knowledge-desk.ts';
import { sizeInWords } from '#src/knowledge/listing.ts';
import { affectedBy } from '#src/knowledge/packs/affected.ts';
import { diffPacks } from '#src/knowledge/packs/diff.ts';
import type { KnowledgeWithdrawalProposed } from '#src/knowledge/packs/events.ts';
import { diffText } from '#src/knowledge/packs/explain.ts';
import { packHash } from '#src/knowledge/packs/pack.ts';
import type { Packs } from '#src/wire/knowledge/packs.ts';
import type { CliContext, ExitCode } from '../context.ts';
import { databaseConfig, wasStarted, withSession } from '../session.ts';
import { count, paragraph, table } from '../terminal.ts';
import { affectedLines, requestCitations } from './citations.ts';
import type { DiffFlags } from './flags.ts';
import { crosswalkFrom, openPacks, packNamed } from './packs.ts';

/** Prints which version of each document is in force, where it comes from, and what waits. */
export async function knowledgeStatus(context: CliContext, flags: { readonly json?: true }): Promise<ExitCode> {
  const packs = await openPacks(context);
  const documents = [...packs.inForce.values()].map((pack) => ({
    document: pack.document.id,
    title: pack.document.title,
    version: pack.document.version,
    hash: packHash(pack),
    items: pack.items.length,
    authority: pack.document.authority,
    audience: pack.document.audience,
    outsideModel: pack.document.outsideModel,
    licence: pack.document.licence,
    effective: pack.document.effective,
    nextReview: pack.document.nextReview,
    source:
      pack.source.kind === 'shipped'
        ? null
        : { file: pack.source.file, sha256: pack.source.sha256, kind: pack.source.kind },
  }));
  const waiting = await proposalsWaiting(packs);
  const withdrawals = await withdrawalsWaiting(context, packs);
  if (flags.json) {
    context.json({ documents, proposals: waiting, withdrawals });
    return 0;
  }
  const items = documents.reduce((sum, document) => sum + document.items, 0);
  context.text(sizeInWords(items, documents.length));
  for (const document of documents) {
    const { source } = document;
    context.text('', ...table([[document.document, document.title]]));
    context.text(
      ...table(
        [
          [
            'version',
            `${document.version} (${document.hash.slice(0, 8)}), ${count(document.items, 'item')}, ${document.authority}, audience ${document.audience}`,
          ],
          [
            'from',
            source === null
              ? 'the shipped files'
              : `${source.file} (${source.kind}, sha256 ${source.sha256.slice(0, 16)})`,
          ],
          ...(document.effective === null
            ? []
            : [['binds from', `${document.effective}; next review ${document.nextReview ?? 'not set'}`]]),
          ['licence', document.licence],
        ],
        '  ',
      ),
    );
  }
  context.text(
    '',
    waiting.length === 0 ? 'Nothing waits for acceptance.' : `${count(waiting.length, 'proposal')} waiting`,
  );
  context.text(
    ...table(
      waiting.map((entry) => [
        entry.proposal,
        `${entry.document} ${entry.version}, proposed ${entry.proposedAt.slice(0, 10)}`,
      ]),
      '  ',
    ),
    ...withdrawals.flatMap(({ document, reason, at }) =>
      paragraph(`Withdrawal of ${document}, proposed ${at.slice(0, 10)}, waits for a second person: ${reason}`),
    ),
  );
  return 0;
}

/** Imports that were proposed and not accepted yet. */
async function proposalsWaiting({ folder }: Packs) {
  const waiting = [];
  for (const id of await folder.proposals()) {
    const proposal = await folder.proposal(id);
    if (proposal !== null)
      waiting.push({
        proposal: id,
        document: proposal.pack.document.id,
        version: proposal.pack.document.version,
        proposedAt: proposal.proposedAt,
        suspicious: proposal.suspicious.length,
      });
  }
  return waiting;
}

/** Withdrawals that wait for a second person; none where Countersign was never started. */
async function withdrawalsWaiting(
  context: CliContext,
  { folder: copies, shipped }: Packs,
): Promise<readonly KnowledgeWithdrawalProposed[]> {
  const started = await wasStarted(databaseConfig(context)).catch(() => false);
  if (!started) return [];
  return withSession(context, async ({ stores: { ledger } }) => {
    const documents = [...(await createPackReader({ ledger, copies, shipped }).state()).values()];
    return documents.flatMap(({ withdrawal, inForce }) => (withdrawal?.packHash === inForce ? [withdrawal] : []));
  });
}

/** Prints what changed from one version to another, and which requests cite it. */
export async function knowledgeDiff(context: CliContext, a: string, b: string, flags: DiffFlags): Promise<ExitCode> {
  const packs = await openPacks(context);
  const [from, to] = [await packNamed(packs, a), await packNamed(packs, b)];
  const diff = diffPacks(from, to, await crosswalkFrom(context, flags.crosswalk, from, to));
  const affected = affectedBy(diff, await requestCitations(context));
  if (flags.json) {
    context.json({ ...diff, affected });
    return 0;
  }
  context.text(...diffText(diff).trimEnd().split('\n'));
  context.text(...affectedLines(affected));
  return 0;
}
