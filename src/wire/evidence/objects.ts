/** Which stored objects an entry names: each stands under the hash of its bytes. */

/** Members of an entry whose hex value is such a hash, and what that is. */
export const OBJECTS: Readonly<Record<string, string>> = {
  card: 'What a voter was shown',
  roster: 'Who held which role at that moment',
  policyHash: 'The approval policy in force',
  sha256: 'Captured evidence',
};

/** Every text of a value with the member that it stands in; those of a list stand in the list's. */
export function* textsOf(value: unknown, member = ''): Generator<readonly [member: string, text: string]> {
  if (typeof value === 'string') yield [member, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [inner, item] of Object.entries(value)) yield* textsOf(item, Array.isArray(value) ? member : inner);
  }
}

/** Whether a text in this member names an object. */
export function namesObject(member: string, text: string): boolean {
  return Object.hasOwn(OBJECTS, member) && /^[0-9a-f]{64}$/.test(text);
}
