/**
 * Two persons for every change of voting roles, administrators and policy (DESIGN.md, rule 9): two administrators
 * support it, and nobody supports what appoints themselves. No single person can appoint the voters, change the policy
 * and decide.
 */

/** The role whose holders administer. It is a role like any other: appointing to it takes two as well. */
export const ADMIN_ROLE = 'Countersign Administrator';

/** Persons who must support a change. */
const PERSONS_NEEDED = 2;

export type SupportQuestion = {
  readonly by: string;
  /** Who administers at this moment. */
  readonly admins: ReadonlySet<string>;
  /** Whom the change would put into a role, a deputyship or a delegation. */
  readonly appointees: readonly string[];
  /** Who supports it already. */
  readonly supporters: readonly string[];
  /** Who may support it without administering: the holder who hands on their own role for a time. */
  readonly also?: string | null;
};

/** Why this person's support does not count; null when it does. */
export function supportRefusal(
  question: SupportQuestion,
): 'not_admin' | 'own_appointment' | 'already_supported' | null {
  const { by, admins, appointees, supporters, also } = question;
  if (appointees.includes(by)) return 'own_appointment';
  if (supporters.includes(by)) return 'already_supported';
  return admins.has(by) || by === also ? null : 'not_admin';
}

/** Whether enough persons stand behind it. Supporters who no longer administer do not count. */
export function isSupported(
  supporters: readonly string[],
  admins: ReadonlySet<string>,
  also: string | null = null,
): boolean {
  const standing = new Set(supporters.filter((person) => admins.has(person) || person === also));
  // At least one of them administers: a holder alone can hand on nothing.
  return standing.size >= PERSONS_NEEDED && [...standing].some((person) => admins.has(person));
}
