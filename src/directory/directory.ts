/**
 * Who holds which role, from when to when. PURE: the directory is the fold of its events; people are pseudonyms.
 * A role nobody holds is closed: nobody may act in it (DESIGN.md, rule 9).
 */
import { z } from 'zod';

/** One role held by one person for a time. Times are instants; null: open at that end. */
export type Assignment = {
  readonly id: string;
  readonly role: string;
  /** Pseudonymous person id. */
  readonly person: string;
  readonly from: Date | null;
  readonly until: Date | null;
  /** The person whose deputy this holder is in the role; null for a holder in their own right. */
  readonly deputyOf: string | null;
  readonly endedAt: Date | null;
  /** Slack user group by which it is held: it counts only while the person is a member there. */
  readonly group?: string;
};

const instant = z.iso.datetime().nullable();

/** Id of a Slack user group. */
export const groupId = z.string().regex(/^S[A-Z0-9]{2,20}$/);

export const assignmentMadeSchema = z.strictObject({
  assignment: z.uuid(),
  role: z.string().min(1).max(200),
  person: z.string().min(1).max(60),
  from: instant,
  until: instant,
  deputyOf: z.string().min(1).max(60).nullable(),
  group: groupId.exactOptional(),
  /** Why it is there: the first start, a directory file, two persons' decision. */
  basis: z.enum(['bootstrap', 'file', 'decision']),
});

export const assignmentEndedSchema = z.strictObject({
  assignment: z.uuid(),
  role: z.string().min(1).max(200),
  person: z.string().min(1).max(60),
  basis: z.enum(['file', 'decision', 'departure']),
});

/** Events of the stream `directory`. */
export type DirectoryEvent =
  | { readonly type: 'directory.assignment_made'; readonly data: z.infer<typeof assignmentMadeSchema> }
  | { readonly type: 'directory.assignment_ended'; readonly data: z.infer<typeof assignmentEndedSchema> };

/** An assignment after an event about it; undefined where one is ended that was never made. */
export function assignmentAfter(
  known: Assignment | undefined,
  event: DirectoryEvent,
  at: Date,
): Assignment | undefined {
  if (event.type === 'directory.assignment_ended') return known && { ...known, endedAt: at };
  const { assignment: id, role, person, from, until, deputyOf, group } = event.data;
  return {
    id,
    role,
    person,
    from: from === null ? null : new Date(from),
    until: until === null ? null : new Date(until),
    deputyOf,
    endedAt: null,
    ...(group === undefined ? {} : { group }),
  };
}

/** Is the assignment in force at the moment? `from` is inclusive, `until` exclusive. */
export function inForce(assignment: Assignment, now: Date): boolean {
  const t = now.getTime();
  if (assignment.endedAt !== null && assignment.endedAt.getTime() <= t) return false;
  if (assignment.from !== null && assignment.from.getTime() > t) return false;
  return assignment.until === null || assignment.until.getTime() > t;
}

/** The assignments in force at the moment, ordered by role, then id, so that results do not depend on storage. */
export function rosterAt(assignments: Iterable<Assignment>, now: Date): readonly Assignment[] {
  return [...assignments]
    .filter((assignment) => inForce(assignment, now))
    .sort((a, b) => compare(a.role, b.role) || compare(a.id, b.id));
}

/** Who holds a role at the moment: holders in their own right first, then deputies. */
export function holdersOf(assignments: Iterable<Assignment>, role: string, now: Date): readonly Assignment[] {
  const held = rosterAt(assignments, now).filter((a) => sameRole(a.role, role));
  return [...held.filter((a) => a.deputyOf === null), ...held.filter((a) => a.deputyOf !== null)];
}

/** Role names are compared without regard to case and doubled spaces. */
export function sameRole(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(role: string): string {
  return role.trim().replace(/\s+/g, ' ').toLowerCase();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
