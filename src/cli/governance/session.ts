/** The desks of directory, rules and inventory for a command, on the database and with the log's keys. */

import type { TokenDeps } from '#src/delivery/gate/tokens.ts';
import { createPeopleDesk, type PeopleDesk } from '#src/delivery/people/desk.ts';
import { createPolicyDesk, type PolicyDesk } from '#src/delivery/policy/desk.ts';
import { createSystemsDesk, type SystemsDesk } from '#src/delivery/systems/desk.ts';
import { createRiskDesk, type RiskDesk } from '#src/delivery/systems/risks.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { newId, random } from '#src/wire/ids.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import { type Session, withSession } from '../session.ts';
import { openWriting } from '../writing.ts';

/** What a command on governance works with. */
export type Desks = {
  readonly session: Session;
  readonly people: PeopleDesk;
  readonly policies: PolicyDesk;
  readonly systems: SystemsDesk;
  readonly risks: RiskDesk;
  readonly deps: TokenDeps;
  /** A fresh command id: each run of a command is its own. */
  commandId(what: string): string;
};

/** Opens the desks, works, signs a checkpoint over what was committed. Throws what `withSession` throws. */
export function withDesks(context: CliContext, work: (desks: Desks) => Promise<ExitCode>): Promise<ExitCode> {
  return withSession(context, async (session) => {
    const writing = await openWriting(context, session);
    let wrote = false;
    const { stores } = session;
    const deps = {
      ledger: stores.ledger,
      records: stores.records,
      recorder: writing.recorder,
      now: context.now,
      newId,
      randomBytes: random,
      committed: () => {
        wrote = true;
      },
    };
    const code = await work({
      session,
      people: createPeopleDesk(deps),
      policies: createPolicyDesk(deps),
      systems: createSystemsDesk(deps),
      risks: createRiskDesk(deps),
      deps,
      commandId: (what) => `cli:${what}:${newId(context.now())}`,
    });
    if (wrote) await writing.publish();
    return code;
  });
}

/** The pseudonym of a Slack member id. Throws CommandError `usage` for what is none. */
export async function personOf({ session }: Desks, user: string): Promise<string> {
  if (!/^[UW][A-Z0-9]{2,20}$/.test(user))
    throw new CommandError(
      'usage',
      `${user} is no Slack member id.`,
      'Give one such as U024BE7LH (profile, three dots, "Copy member ID").',
    );
  return session.stores.people.personFor(user, null);
}

/** The same, and an administrator at this moment. Throws CommandError `usage` with exit 1 otherwise. */
export async function adminOf(desks: Desks, user: string, now: Date): Promise<string> {
  const person = await personOf(desks, user);
  const admins = adminsAt((await desks.people.read()).assignments.values(), now);
  if (admins.has(person)) return person;
  throw new CommandError(
    'usage',
    `${user} does not administer. Nothing was changed.`,
    'Ask one of the administrators ("countersign directory status").',
    1,
  );
}
