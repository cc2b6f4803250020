/** Names of systems, vendors and environments, compared as people mean them. */

/**
 * The key of a system in the inventory: its name in small letters with single blanks (NFKC). Two spellings of one name
 * are one system, so that a suspension misses neither.
 */
export function systemKeyOf(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Whether two names mean the same vendor, environment or version. */
export function sameName(a: string, b: string): boolean {
  return systemKeyOf(a) === systemKeyOf(b);
}
