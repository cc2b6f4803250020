/** `knowledge import`, `accept`, `rollback` and `withdraw`: each change is an event with its evidence. */
import { resolve } from 'node:path';
import { parseFile } from '#src/adapters/parse/parse-file.ts';
import { citationsOf } from '#src/delivery/answers/citations.ts';
import type { KnowledgeActor, KnowledgeDesk, KnowledgeOutcome } from '#src/delivery/answers/knowledge-desk.ts';
import { type Affected, affectedBy } from '#src/knowledge/packs/affected.ts';
import { diffPacks } from '#src/knowledge/packs/diff.ts';
import type { ApproverDecision } from '#src/knowledge/packs/events.ts';
import { previewText } from '#src/knowledge/packs/explain.ts';
import { importKindSchema } from '#src/knowledge/packs/pack.ts';
import type { Proposal } from '#src/knowledge/packs/proposal.ts';
import { openRecorder } from '#src/wire/evidence/recorder.ts';
import { newId } from '#src/wire/ids.ts';
import { openKnowledgeDesk, type Packs, proposeFile } from '#src/wire/knowledge/packs.ts';
import { openWorkspace } from '#src/wire/workspace.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import { deskOf } from '../reading.ts';
import { databaseConfig, type Session, wasStarted, withSession } from '../session.ts';
import { paragraph } from '../terminal.ts';
import { affectedLines } from './citations.ts';
import type { DecideFlags, ImportFlags, WithdrawFlags } from './flags.ts';
import { crosswalkFrom, openPacks } from './packs.ts';

/** Reads a file, shows what it would change, and keeps it as a proposal. Throws CommandError `input_invalid`. */
export async function importKnowledge(context: CliContext, file: string, flags: ImportFlags): Promise<ExitCode> {
  const parsed = await parseFile(resolve(context.cwd, file));
  const packs = await openPacks(context);
  const options = { kind: importKindSchema.parse(flags.as), id: flags.id ?? null, version: flags.version ?? null };
  const result = await proposeFile(packs, parsed, options, {
    actor: 'service',
    now: context.now(),
    crosswalk: (base, draft) => crosswalkFrom(context, flags.crosswalk, base, draft),
  });
  if (!result.ok && result.reason !== 'unchanged')
    throw new CommandError('input_invalid', result.detail, 'Give another --id, or import it as another kind.');
  if (!result.ok) return report(context, flags, null, false);
  if (!(await wasStarted(databaseConfig(context)))) return report(context, flags, result.proposal, false);
  return withDesk(context, packs, async (desk, session) => {
    const actor = await actorOf(context, session, flags, `import:${newId(context.now())}`);
    const proposal = { ...result.proposal, proposedBy: actor.person };
    await packs.folder.keepProposal(proposal);
    await desk.propose(proposal, actor);
    return report(context, flags, proposal, true);
  });
}

function report(context: CliContext, flags: ImportFlags, proposal: Proposal | null, kept: boolean): ExitCode {
  if (flags.json) context.json(proposal === null ? { proposal: null, reason: 'unchanged' } : summaryOf(proposal, kept));
  else if (proposal === null) context.text(...paragraph('Nothing would change: the same content is in force.'));
  else {
    context.text(...previewText(proposal).trimEnd().split('\n'));
    if (!kept)
      context.text(
        '',
        ...paragraph(
          'This was only a look: Countersign was never started here, so nothing was kept. Start it once with "npm start" and import again.',
        ),
      );
  }
  return 0;
}

function summaryOf(proposal: Proposal, kept: boolean): unknown {
  const { pack, diff, suspicious, notes } = proposal;
  return {
    proposal: kept ? proposal.id : null,
    document: pack.document.id,
    version: pack.document.version,
    packHash: proposal.packHash,
    file: pack.source,
    audience: pack.document.audience,
    outsideModel: pack.document.outsideModel,
    licence: pack.document.licence,
    items: pack.items.length,
    diff,
    suspicious,
    notes,
  };
}

/** Puts a proposal in force. Exit 1 where it may not be, with the reason. */
export async function acceptKnowledge(context: CliContext, id: string, flags: DecideFlags): Promise<ExitCode> {
  const packs = await openPacks(context);
  const proposal = await packs.folder.proposal(id);
  if (proposal === null) {
    throw new CommandError(
      'unknown_id',
      `No proposal ${id} waits.`,
      `Waiting: ${(await packs.folder.proposals()).join(', ') || 'nothing'}.`,
    );
  }
  return withDesk(context, packs, async (desk, session) => {
    const outcome = await desk.accept(
      proposal,
      await actorOf(context, session, flags, `accept:${newId(context.now())}`),
    );
    if (!outcome.ok) return tell(context, flags, outcome, '');
    const { document } = proposal.pack;
    const diff = diffPacks(packs.inForce.get(document.id) ?? null, proposal.pack);
    const affected = affectedBy(diff, await citationsOf(session.stores.ledger, deskOf(session, context)));
    return tell(context, flags, outcome, `${document.id} ${document.version} is in force`, affected);
  });
}

/** Puts an earlier version back in force. Exit 1 where it may not be, with the reason. */
export async function rollbackKnowledge(
  context: CliContext,
  document: string,
  version: string,
  flags: DecideFlags,
): Promise<ExitCode> {
  const packs = await openPacks(context);
  return withDesk(context, packs, async (desk, session) => {
    const outcome = await desk.rollback(
      document,
      version,
      await actorOf(context, session, flags, `rollback:${newId(context.now())}`),
    );
    return tell(context, flags, outcome, `${document} is back at ${version}`);
  });
}

/** Proposes to take a document out of the library, or agrees to it. Exit 1 where it may not be, with the reason. */
export async function withdrawKnowledge(
  context: CliContext,
  document: string,
  flags: WithdrawFlags,
): Promise<ExitCode> {
  const packs = await openPacks(context);
  const pack = packs.inForce.get(document) ?? null;
  return withDesk(context, packs, async (desk, session) => {
    const actor = await actorOf(context, session, flags, `withdraw:${newId(context.now())}`);
    const outcome = await desk.withdraw(document, flags.reason?.trim() || null, actor);
    if (!outcome.ok || pack === null) return tell(context, flags, outcome, '');
    const gone = affectedBy(
      diffPacks(pack, { ...pack, items: [] }),
      await citationsOf(session.stores.ledger, deskOf(session, context)),
    );
    if (outcome.event.type === 'knowledge.withdrawn')
      return tell(context, flags, outcome, `${document} is out of the library`, gone);
    const next = `It stays in force until a second person says: countersign knowledge withdraw ${document} --by USER`;
    return tell(context, flags, outcome, `The withdrawal of ${document} is proposed`, gone, next);
  });
}

function tell(
  context: CliContext,
  flags: DecideFlags,
  outcome: KnowledgeOutcome,
  done: string,
  affected: readonly Affected[] = [],
  next = '"ask" and every running server answer from it at once.',
): ExitCode {
  if (flags.json)
    context.json(outcome.ok ? { ok: true, logIndex: outcome.logIndex, event: outcome.event, affected } : outcome);
  else if (outcome.ok) {
    context.text(...paragraph(`${done} (entry ${outcome.logIndex} of the evidence log). ${next}`));
    context.text(...affectedLines(affected));
  } else context.text(...paragraph(`Not done (${outcome.reason}): ${outcome.detail}`));
  return outcome.ok ? 0 : 1;
}

/** Opens the database and the desk on it. Throws what `withSession` and `openWorkspace` throw. */
function withDesk(
  context: CliContext,
  packs: Packs,
  work: (desk: KnowledgeDesk, session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withSession(context, async (session) => {
    const { stores, crypto, config, stamp } = session;
    const workspace = await openWorkspace(config, stores, crypto, stamp.workspaceId, context.now);
    const recorder = openRecorder(crypto, workspace.keys.statement);
    const desk = openKnowledgeDesk(stores, recorder, packs, { now: context.now, committed: () => undefined });
    return work(desk, session);
  });
}

async function actorOf(
  context: CliContext,
  session: Session,
  flags: DecideFlags,
  commandId: string,
): Promise<KnowledgeActor> {
  const user = flags.by ?? `os:${context.env['USER'] ?? context.env['LOGNAME'] ?? 'operator'}`;
  return { person: await session.stores.people.personFor(user, null), commandId, decision: decisionOf(flags) };
}

function decisionOf(flags: DecideFlags): ApproverDecision | null {
  const { approver, decision, decidedOn, effective } = flags;
  const given = [approver, decision, decidedOn].filter((value) => value !== undefined);
  if (given.length === 0) return null;
  if (approver === undefined || decision === undefined || decidedOn === undefined) {
    throw new CommandError(
      'usage',
      'A decision needs who made it, where it is recorded and when.',
      'Give --approver, --decision and --decided-on together.',
    );
  }
  return { approver, reference: decision, decidedOn, effective: effective ?? null };
}
