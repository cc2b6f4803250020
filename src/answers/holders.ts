/**
 * Who holds a role now: not a matter of the documents but of the organisation's directory, through the role map. A
 * question for the holder alone ("who is the DPO here?") is answered from there.
 */
import type { Library } from '#src/knowledge/library.ts';
import { foldText } from '#src/knowledge/names.ts';
import { type Draft, draft } from './compose/context.ts';
import { joinWords } from './compose/phrases.ts';
import type { AskOptions } from './types.ts';
import { rolesIn } from './understand/role-mentions.ts';

export type Holder = { readonly role: string; readonly user: string };

/** What stands before and behind the role when only its holder is asked for. */
const BEFORE =
  /^(?:(?:hi|hey|hello|so|and|please|sorry|um|quick question)[ ,:]+)*(?:(?:can|could) (?:you|someone|anyone) tell me |tell me |do you know )?(?:who(?: exactly| actually| currently)?(?:'s| is| are| holds?| has| plays| fills| acts as| would be)|which (?:person|colleague|human)(?: currently)? (?:is|holds)|what(?:'s| is) the name of|what(?:'s| is) the full name of|(?:the )?(?:contact(?: person)?|name) (?:for|of)|who (?:do|can|should) i (?:contact|reach|write to) (?:as|for)|how (?:do|can) i (?:reach|contact))(?: (?:the|our|your|my|a|current|acting|role|position|of|person|who|is|now|currently))*\s*$/;
const BEHIND =
  /^(?: (?:here|now|right now|currently|today|at the moment|these days|by name|please|pls|in (?:this|our|the) (?:company|organi[sz]ation|firm|workspace)|with us|for us|at our company|role|position))*\s*[?!.]*\s*$/;
const MENTION_MAX = 20;

/** Roles whose holders, and nothing else, a question asks for; empty for every other question. */
function rolesAskedFor(library: Library, question: string): readonly string[] {
  const lower = foldText(question.slice(0, 300)).toLowerCase().replace(/\s+/g, ' ').trim();
  const [role, ...more] = rolesIn(library.roles, lower);
  if (role === undefined || more.length > 0) return [];
  return BEFORE.test(lower.slice(0, role.start)) && BEHIND.test(lower.slice(role.end)) ? [role.role] : [];
}

/** Everyone who holds a role as a document prints it: the registry's roles it stands for, and ours by the role map. */
export function holdersOfPrinted(
  library: Library,
  holders: NonNullable<AskOptions['holders']>,
  printed: string,
): readonly Holder[] {
  const resolved = library.roles.resolve(printed);
  const roles = resolved.length === 0 ? [printed] : resolved;
  const users = roles.flatMap((role) => {
    const ours = library.roleMap.map.find((entry) => entry.role === role)?.ours ?? null;
    return [...holders(role), ...(ours === null || ours === role ? [] : holders(ours))];
  });
  return [...new Set(users)].slice(0, MENTION_MAX).map((user) => ({ role: printed, user }));
}

/** A draft with the people it names, where the question asks for the holder of a role and the directory is at hand. */
export function holderAnswer(
  library: Library,
  question: string,
  options: AskOptions,
): { readonly draft: Draft; readonly people: readonly Holder[] } | null {
  const { holders } = options;
  if (holders === undefined) return null;
  const asked = rolesAskedFor(library, question);
  if (asked.length === 0) return null;
  const people = asked.flatMap((role) => holdersOfPrinted(library, holders, role));
  const names = joinWords(asked);
  if (people.length === 0) {
    const answer = `The documents name the ${names} as a role; the organisation's directory has nobody in it at the moment. Administrators fill roles.`;
    return { draft: draft({ answer, reason: 'no_person_recorded' }), people };
  }
  const count = people.length === 1 ? 'one person' : `${people.length} people`;
  const answer = `The organisation's directory has ${count} as ${names} at the moment; the documents name the role only.`;
  return { draft: draft({ answer, sources: sourcesOf(library, asked) }), people };
}

/** Where the documents say what the role is for; none is cited where no statement does. */
function sourcesOf(library: Library, roles: readonly string[]): Draft['sources'] {
  for (const item of library.items.values()) {
    if (item.audience !== 'public') continue;
    const said = item.statements.find(({ text, aspect }) => {
      const label = /^([^:]{3,80}):/.exec(text)?.[1];
      return aspect === 'role' && label !== undefined && roles.includes(library.roles.canonical(label) ?? '');
    });
    if (said !== undefined) return [{ id: item.id, quote: said.text }];
  }
  return [];
}
