/** Slack user groups: the port, and who of some persons is a member. */
import type { MembersOf } from './people-roster.ts';
import type { PeopleStore } from './ports.ts';

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
