/** Erasing a person and legal holds from the command line. Each step is an entry of the log. */
import type { ErasureRefusal, ErasureResult } from '#src/delivery/erasure/erasure.ts';
import type { HoldRefusal, HoldResult, LegalHold } from '#src/delivery/erasure/holds.ts';
import { type ErasureDesks, openErasure } from '#src/wire/evidence/erasure.ts';
import { newId } from '#src/wire/ids.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { ByFlags, EraseFlags, JsonFlags, PlaceFlags } from '../flags.ts';
import { type Session, withSession } from '../session.ts';
import { table } from '../terminal.ts';
import { openWriting } from '../writing.ts';

/** Why not, and what to do. */
const REFUSED: Readonly<Record<ErasureRefusal | HoldRefusal, readonly [what: string, remedy: string]>> = {
  not_admin: ['Only an administrator decides this', 'Let a holder of the role Countersign Administrator do it.'],
  own_erasure: ['Nobody decides about their own erasure', 'Let two other administrators do it.'],
  unknown_person: ['Nobody is known by this id, or the person is erased already', 'Check the Slack user id.'],
  unknown_erasure: ['There is no such erasure', 'Use the id that "erase person" printed.'],
  same_person: ['The same administrator cannot decide twice', 'Let another administrator do this.'],
  already_requested: ['It was asked for already', 'Let another administrator confirm it with "erase confirm".'],
  already_decided: ['It was decided already', 'Nothing is left to do.'],
  holds_role: [
    'The person still holds a role',
    'End the assignments first, also one by a user group that the person left: two administrators accept "dismiss".',
  ],
  open_request: ['A request of theirs is not decided yet', 'Have it decided or withdrawn first.'],
  on_hold: ['A legal hold keeps it', 'See "hold list"; an administrator other than who placed it can release it.'],
  unknown_hold: ['There is no such hold in force', 'See "hold list".'],
};

/** `erase person`. Exit 1 when it is refused. */
export function requestErasure(context: CliContext, user: string, flags: EraseFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session, desks }) => {
    const [person, by] = [await personOf(session, user), await personOf(session, flags.by)];
    const result = await desks.erasure.request({ person, basis: flags.basis }, by, newId(context.now()));
    return printErasure(context, flags, result, 'Asked for; nothing is erased yet.');
  });
}

/** `erase confirm`. */
export function confirmErasure(context: CliContext, id: string, flags: ByFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session, desks }) => {
    const result = await desks.erasure.confirm(id, await personOf(session, flags.by), newId(context.now()));
    return printErasure(context, flags, result, 'Erased. Every proof still verifies: "countersign evidence verify".');
  });
}

/** `hold place`. */
export function placeHold(context: CliContext, flags: PlaceFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session, desks }) => {
    const scope = await scopeOf(session, flags);
    const by = await personOf(session, flags.by);
    return printHold(context, flags, await desks.holds.place(scope, flags.reason, by, newId(context.now())), 'Held.');
  });
}

/** `hold release`. */
export function releaseHold(context: CliContext, id: string, flags: ByFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session, desks }) => {
    const by = await personOf(session, flags.by);
    return printHold(context, flags, await desks.holds.release(id, by, newId(context.now())), 'Released.');
  });
}

/** `hold list`. */
export function listHolds(context: CliContext, flags: JsonFlags): Promise<ExitCode> {
  return withDesks(context, async ({ desks }) => {
    const holds = await desks.holds.list();
    if (flags.json) for (const hold of holds) context.json(hold);
    else if (holds.length === 0) context.text('No legal hold is in force.');
    else context.text(...table(holds.map(({ id, scope }) => [id, `${scope.kind} ${scope.id}`])));
    return 0;
  });
}

type Job = { readonly session: Session; readonly desks: ErasureDesks };

function withDesks(context: CliContext, work: (job: Job) => Promise<ExitCode>): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { recorder, publish } = await openWriting(context, session);
    let committed = false;
    const mark = () => {
      committed = true;
    };
    const desks = openErasure({ stores: session.stores, recorder, now: context.now, committed: mark });
    const code = await work({ session, desks });
    if (committed) await publish();
    return code;
  });
}

/** The pseudonym of somebody known; nobody is made up for a mistyped id. Throws CommandError `unknown_id`. */
async function personOf({ open }: Session, id: string): Promise<string> {
  const where = id.startsWith('p_') ? { id } : { slackUserId: id };
  const known = await open.database.prisma.person.findUnique({ where });
  if (known !== null) return known.id;
  throw new CommandError('unknown_id', `Nobody is known as ${id}. Nothing was changed.`, 'Give a Slack user id.');
}

async function scopeOf(session: Session, flags: PlaceFlags): Promise<LegalHold['scope']> {
  if (flags.person !== undefined) return { kind: 'person', id: await personOf(session, flags.person) };
  if (flags.system !== undefined) return { kind: 'system', id: flags.system };
  if (flags.request === undefined) {
    throw new CommandError('usage', 'A hold needs something to hold.', 'Give --person, --system or --request.');
  }
  const found = await session.stores.ledger.findRequest(flags.request);
  if (found !== null) return { kind: 'request', id: found.id };
  throw new CommandError('unknown_id', `There is no request ${flags.request}.`, 'Run "countersign request list".');
}

function printErasure(context: CliContext, flags: JsonFlags, result: ErasureResult, done: string): ExitCode {
  if (flags.json) context.json(result);
  else if (result.ok) {
    const { id, person, status } = result.erasure;
    const counts = Object.entries(result.counts ?? {}).map(([what, n]) => [what, String(n)]);
    context.text(done, '', ...table([['erasure', id], ['person', person], ['status', status], ...counts]));
    if (status === 'requested') context.text('', `Another administrator: countersign erase confirm ${id} --by USER`);
  } else refused(context, result.reason, result.detail);
  return result.ok ? 0 : 1;
}

function printHold(context: CliContext, flags: JsonFlags, result: HoldResult, done: string): ExitCode {
  if (flags.json) context.json(result);
  else if (result.ok) {
    const { id, scope } = result.hold;
    context.text(
      done,
      '',
      ...table([
        ['hold', id],
        ['covers', `${scope.kind} ${scope.id}`],
      ]),
    );
  } else refused(context, result.reason, []);
  return result.ok ? 0 : 1;
}

function refused(context: CliContext, reason: ErasureRefusal | HoldRefusal, detail: readonly string[]): void {
  const [what, remedy] = REFUSED[reason];
  context.note(`${what}${detail.length > 0 ? `: ${detail.join(', ')}` : ''}. Nothing was changed.`);
  context.note(`  -> ${remedy}`);
}
