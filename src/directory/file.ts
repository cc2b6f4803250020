/** The directory file (`COUNTERSIGN_DIRECTORY_FILE`): what it says, and what has to change so that it holds. PURE. */
import { z } from 'zod';
import { type Assignment, inForce, sameRole } from './directory.ts';

/** A bare date means the end of that day in UTC for `until`, and its beginning for `from`. */
const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .nullable()
  .default(null);

/** Shape of the file: `assignments: [{role, user, from, until, deputy}]`, `user` and `deputy` Slack user ids. */
export const directoryFileSchema = z.strictObject({
  assignments: z
    .array(
      z.strictObject({
        role: z.string().trim().min(1).max(200),
        user: z.string().regex(/^[UW][A-Z0-9]{2,20}$/, 'a Slack user id such as U024BE7LH'),
        from: moment,
        until: moment,
        /** Slack user id of whom this person deputises for in the role. */
        deputy: z
          .string()
          .regex(/^[UW][A-Z0-9]{2,20}$/, 'a Slack user id such as U024BE7LH')
          .nullable()
          .default(null),
      }),
    )
    .max(20_000),
});

export type DirectoryFile = z.infer<typeof directoryFileSchema>;

/** An assignment that should be there, without an id yet. */
export type WantedAssignment = Pick<Assignment, 'role' | 'person' | 'from' | 'until' | 'deputyOf'>;

/**
 * The file's lines as assignments.
 * @param personOf pseudonym of a Slack user id; every id in the file must be known to it
 */
export function wantedFrom(
  file: DirectoryFile,
  personOf: (slackUserId: string) => string,
): readonly WantedAssignment[] {
  return file.assignments.map((line) => ({
    role: line.role,
    person: personOf(line.user),
    from: startOf(line.from),
    until: endOf(line.until),
    deputyOf: line.deputy === null ? null : personOf(line.deputy),
  }));
}

/**
 * What has to be made and ended so that exactly the wanted assignments are in force.
 * Assignments already over are left alone.
 */
export function reconcile(
  current: Iterable<Assignment>,
  wanted: readonly WantedAssignment[],
  now: Date,
): { readonly make: readonly WantedAssignment[]; readonly end: readonly Assignment[] } {
  const standing = [...current].filter((a) => inForce(a, now) || (a.endedAt === null && startsLater(a, now)));
  const used = new Set<string>();
  const make = wanted.filter((want) => {
    if (want.until !== null && want.until.getTime() <= now.getTime()) return false;
    const match = standing.find((a) => !used.has(a.id) && equal(a, want));
    if (match) used.add(match.id);
    return match === undefined;
  });
  return { make, end: standing.filter((a) => !used.has(a.id)) };
}

function equal(a: Assignment, b: WantedAssignment): boolean {
  return (
    // Held by a user group it ends with the membership; what is wanted here does not.
    a.group === undefined &&
    sameRole(a.role, b.role) &&
    a.person === b.person &&
    a.deputyOf === b.deputyOf &&
    a.from?.getTime() === b.from?.getTime() &&
    a.until?.getTime() === b.until?.getTime()
  );
}

function startsLater(a: Assignment, now: Date): boolean {
  return a.from !== null && a.from.getTime() > now.getTime();
}

/** A bare date as the beginning of that day in UTC; a time as it is. */
export function startOf(value: string | null): Date | null {
  return value === null ? null : new Date(value.length === 10 ? `${value}T00:00:00.000Z` : value);
}

/** DESIGN.md: a bare date means the end of that day in UTC. */
function endOf(value: string | null): Date | null {
  if (value === null) return null;
  if (value.length > 10) return new Date(value);
  return new Date(new Date(`${value}T00:00:00.000Z`).getTime() + 24 * 60 * 60 * 1000);
}
