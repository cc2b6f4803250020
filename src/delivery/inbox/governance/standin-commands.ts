/** `/governance` on standing in: being away, coming back, and taking a handed-on role back. Each takes one person. */
import { parseMoment } from '#src/approvals/duration.ts';
import { sameRole } from '#src/directory/directory.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { canonicalRole, REFUSED, userOf, uuidFor } from './people-commands.ts';

/** `absent until 2027-01-15`: from now on the person's deputies may vote. */
export async function absent(
  { directory, now }: GovernanceHandlerDeps,
  { person, words, commandId }: Asked,
): Promise<Said> {
  const until = parseMoment(words.at(-1) ?? '');
  if (until === null) return { title: 'Until when? For instance: /governance absent until 2027-01-15' };
  const absence = uuidFor(commandId, 'absence');
  const command = { type: 'set_absence', absence, person, from: now().toISOString(), until } as const;
  const result = await directory.act(command, person, commandId);
  return {
    title: result.ok
      ? `You are away until ${until.slice(0, 10)}; your deputies may vote. Back sooner: /governance back`
      : (REFUSED[result.reason] ?? 'Nothing was recorded: an absence ends in the future and lasts at most a year.'),
  };
}

/** `back`: ends whatever absence of the person still runs. */
export async function back({ directory, now }: GovernanceHandlerDeps, { person, commandId }: Asked): Promise<Said> {
  const away = [...(await directory.read()).absences.values()].filter(
    (one) => one.person === person && Date.parse(one.until) > now().getTime(),
  );
  for (const { id } of away) await directory.act({ type: 'end_absence', absence: id }, person, `${commandId}:${id}`);
  return {
    title:
      away.length === 0
        ? 'You are not recorded as away; nothing changed.'
        : 'You are back; your deputies no longer vote for you. What they voted stands as the rules of each request say.',
  };
}

/** `takeback U0EMMA Legal Team`: ends a delegation; its holder, its delegate and administrators may. */
export async function takeBack(deps: GovernanceHandlerDeps, { person, words, commandId }: Asked): Promise<Said> {
  const user = userOf(words[0] ?? '');
  const named = words.slice(1).join(' ');
  if (user === null || named === '')
    return { title: 'From whom, and which role? For instance: /governance takeback U024BE7LM Chief AI Officer' };
  const who = await deps.people.personFor(user, null);
  const role = canonicalRole(deps, await deps.ledger.listAssignments(), named);
  const now = deps.now().getTime();
  const known = [...(await deps.directory.read()).delegations.values()].filter(
    (one) => one.person === who && sameRole(one.role, role) && one.endedAt === null && Date.parse(one.until) > now,
  );
  if (known.length === 0) return { title: `${who} does not stand in as ${role}; nothing changed.` };
  // Two holders of one role may have lent it to the same person; each takes back what is theirs.
  const own = known.filter((one) => one.holder === person);
  let refusal: string | null = null;
  for (const { id } of own.length > 0 ? own : known) {
    const result = await deps.directory.act({ type: 'end_delegation', delegation: id }, person, `${commandId}:${id}`);
    if (!result.ok)
      refusal =
        result.reason === 'not_admin'
          ? 'Only its holder, whoever stands in, or an administrator can end it.'
          : (REFUSED[result.reason] ?? result.reason);
  }
  return { title: refusal ?? `${who} no longer stands in as ${role}.` };
}
