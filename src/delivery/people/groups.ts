/** Slack user groups: the port, and who of some persons is a member. */
import { z } from 'zod';
import type { PeopleStore } from '../ports.ts';
import type { RecordStore } from '../streams/ports.ts';
import type { MembersOf } from './roster.ts';

export type UserGroup = { readonly id: string; readonly handle: string; readonly name: string };

export interface Groups {
  /** Members' Slack user ids and when they were read; null when Slack has no such group, or cannot be asked. */
  members(group: string): Promise<{ readonly users: readonly string[]; readonly resolvedAt: Date } | null>;
  /** The group of an id or handle; null when there is none. Throws when Slack cannot be asked. */
  find(idOrHandle: string): Promise<UserGroup | null>;
}

/** Looks persons up in groups. Somebody without a Slack user is a member of none. */
export function membersIn(groups: Groups, people: Pick<PeopleStore, 'slackUsersOf'>): MembersOf {
  return async (group, persons) => {
    const [found, users] = await Promise.all([groups.members(group), people.slackUsersOf(persons)]);
    if (found === null) return null;
    const present = new Set(found.users);
    return { resolvedAt: found.resolvedAt, members: persons.filter((person) => present.has(users.get(person) ?? '')) };
  };
}

const bound = z.object({ role: z.string(), person: z.string() });
const BOUND_MAX = 10_000;

/** What administrators should know of the groups by which roles are held: who joined since, and which cannot be read. */
export async function groupNews(deps: {
  readonly groups: Groups;
  readonly records: Pick<RecordStore, 'list'>;
  readonly people: Pick<PeopleStore, 'personFor'>;
}): Promise<readonly string[]> {
  const rows = await deps.records.list({ kind: 'group-assignment', status: ['open'], limit: BOUND_MAX });
  const known = rows.flatMap(({ parent, state }) => {
    const parsed = bound.safeParse(state);
    return parsed.success ? [{ group: parent ?? '', ...parsed.data }] : [];
  });
  const news: string[] = [];
  for (const [key, listed] of Map.groupBy(known, ({ group, role }) => `${group} ${role}`)) {
    const [group = ''] = key.split(' ');
    const now = await deps.groups.members(group);
    if (now === null) {
      news.push(`Slack does not say who is in the group ${group}: nobody holds a role by it now.`);
      continue;
    }
    const members = await Promise.all(now.users.map((user) => deps.people.personFor(user, null)));
    const joined = members.filter((member) => !listed.some(({ person }) => person === member));
    if (joined.length > 0)
      news.push(`${joined.join(', ')} joined the group and hold nothing by it yet: /governance group ${key}`);
  }
  return news;
}
