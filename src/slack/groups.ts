/**
 * User groups of the workspace. A membership decides about votes, so it is read anew when it is older than some seconds;
 * where Slack does not answer, the last reading serves for some minutes (its time is recorded), and then nobody counts.
 */
import type { WebClient } from '@slack/web-api';
import type { Groups, UserGroup } from '#src/delivery/people/groups.ts';

const FRESH_MS = 5_000;
const SERVES_MS = 15 * 60_000;

type Reading = { readonly users: readonly string[]; readonly resolvedAt: Date };

/** Makes the port. */
export function createGroups(client: WebClient, now: () => Date): Groups {
  const known = new Map<string, Reading>();
  const age = (reading: Reading): number => now().getTime() - reading.resolvedAt.getTime();
  return {
    async members(group) {
      const last = known.get(group);
      if (last !== undefined && age(last) < FRESH_MS) return last;
      try {
        const { users } = await client.usergroups.users.list({ usergroup: group });
        const reading = { users: users ?? [], resolvedAt: now() };
        known.set(group, reading);
        return reading;
      } catch (error) {
        // A group that is gone has no members; one that cannot be asked about has those of the last reading, for a while.
        const { data } = error as { readonly data?: { readonly error?: string } };
        if (data?.error === 'no_such_subteam' || data?.error === 'subteam_not_found') known.delete(group);
        const kept = known.get(group);
        return kept !== undefined && age(kept) < SERVES_MS ? kept : null;
      }
    },
    async find(idOrHandle) {
      const wanted = idOrHandle.replace(/^@/, '').toLowerCase();
      const { usergroups } = await client.usergroups.list();
      const found = (usergroups ?? []).find(({ id, handle }) => id?.toLowerCase() === wanted || handle === wanted);
      const { id, handle, name } = found ?? {};
      return id === undefined ? null : ({ id, handle: handle ?? '', name: name ?? '' } satisfies UserGroup);
    },
  };
}
