/** What a name means: abbreviations, roles, and names that look alike. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { stem, tokens } from '../text.ts';
import { hasPhrase } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft, Source } from './context.ts';
import { draft } from './context.ts';
import { sentence } from './phrases.ts';

const STANDS_FOR =
  /\bstands? for\b|\bspell(?:ed|t|ing|s)?\b[^?]*\bout\b|\babbreviat\w*|\bacronym\b|\bshort for\b|\blong form\b|\bfull form\b|\bmeaning of\b|\bwhat does [\w&/-]+ mean\b|\bwhat (?:is|are|'s) (?:an? |the )?[\w&/-]+\s*\??$|\bwhats (?:an? )?[\w&/-]+\s*\??$|\bwhat's (?:an? )?[\w&/-]+\s*\??$|^[\w&/-]+\s*\?$/;

/** Who or what ISSC is: the policy names it as owner and approver and never says more. */
export function isscAnswer(context: Context): Draft | null {
  const { lower } = context.frame;
  if (!/\bissc\b/.test(lower)) return null;
  const about =
    /\b(?:members?|sits?|composition|consists?|who (?:is|are)|(?:what (?:is|'s)|whats|what's) (?:the |an? )?issc|is (?:the )?issc|stands?|spell\w*|mean\w*|short for|full name|in (?:the )?issc)\b/.test(
      lower,
    );
  const owns = /\b(?:owns?|owner|approv\w+|sign\w*|assigned|roles?|tasks?|dut(?:y|ies)|title block)\b/.test(lower);
  if (!about || owns) return null;
  return abstain(
    context,
    'not_defined',
    itemsWith(context, 'ISSC'),
    'ISSC owns and approved the AI Security Policy; no document spells the abbreviation out or says who sits in it.',
  );
}

/** "what does CNAPP stand for": from the glossary, or that nobody spells it out. */
export function abbreviationAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  if (!STANDS_FOR.test(frame.lower)) return null;
  const upper = new Map(
    Object.entries(library.glossary.abbreviations).map(([short, long]) => [short.toLowerCase(), { short, long }]),
  );
  for (const token of tokens(frame.text)) {
    if (['is', 'it', 'what', 'does', 'for', 'the', 'mean'].includes(token.word)) continue;
    if (token.word === 'issc') {
      return abstain(
        context,
        'not_defined',
        itemsWith(context, 'ISSC'),
        'ISSC owns and approved the AI Security Policy, but no document spells the abbreviation out.',
      );
    }
    const known = upper.get(token.word);
    if (known === undefined) continue;
    const item = acronymItem(context, known.short);
    if (item === null) continue;
    const defined = /\bwhat(?:'?s| is| are)\b/.test(frame.lower) ? definitionOf(context, known.short) : null;
    if (defined !== null)
      return draft({
        answer: `${sentence(`${known.short} stands for ${known.long}`)} ${sentence(defined.quote)}`,
        sources: [defined],
      });
    const quote = item.statements.find((statement) => hasPhrase(statement.text, known.short))?.text ?? item.title;
    return draft({ answer: sentence(`${known.short} stands for ${known.long}`), sources: [{ id: item.id, quote }] });
  }
  return null;
}

/** "what is an ISMS": the definition in an item that has the name in its title. */
function definitionOf(context: Context, short: string): Source | null {
  for (const item of itemsWith(context, short)) {
    const text = item.statements.find(({ aspect, text }) => aspect === 'definition' && hasPhrase(text, short))?.text;
    if (text !== undefined && hasPhrase(item.title, short)) return { id: item.id, quote: text };
  }
  return null;
}

function acronymItem(context: Context, short: string): LibraryItem | null {
  const items = itemsWith(context, short);
  return items.find((item) => /acronym/i.test(item.id)) ?? items[0] ?? null;
}

function itemsWith(context: Context, name: string): readonly LibraryItem[] {
  const word = stem(name.toLowerCase());
  const found = context.index.items.filter(
    (item, number) =>
      context.index.stemsOf(number).has(word) && item.statements.some((statement) => hasPhrase(statement.text, name)),
  );
  return found.slice(0, 5);
}

const ROLE_QUESTION =
  /\bwhat (?:does|do|is|are)\b|\bdefin\w*|\bdescribe\b|\bexplain\b|\brole of\b|\bwhat's\b|\bwhats\b|\bdescription\b/;

/** "what does a data custodian do": the role's definition, when a document defines it. */
export function roleAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  const mentioned = frame.roles.filter((role) => !role.short);
  const first = mentioned[0];
  if (first === undefined || !ROLE_QUESTION.test(frame.lower)) return null;
  const rest = `${frame.lower.slice(0, first.start)} ${frame.lower.slice(first.end)}`;
  if (
    !/^[^a-z]*(?:what (?:does|do|is|are|'s)|what's|whats|define|describe|explain|role of|definition of)?[^a-z]*(?:the |an? |our )?(?:role (?:of )?|definition (?:of )?|job (?:of )?|description (?:of )?|function (?:of )?)?(?:the |an? |our )?[^a-z]*(?:actually |exactly )?(?:do|doing|mean|for|role|about|there for|supposed to do|in the (?:white)?paper)?[^a-z]*$/.test(
      rest,
    )
  ) {
    return null;
  }
  const role = library.roles.get(first.role);
  if (role === null) return null;
  const item = role.definedIn === undefined ? undefined : library.items.get(role.definedIn);
  if (role.definition === undefined || item === undefined) {
    const uses = library.reverse.get(role.name) ?? [];
    const near = uses.map((use) => library.items.get(use.itemId)).filter((found) => found !== undefined);
    return abstain(context, 'not_defined', near, `The documents name the ${role.name} but never define it.`);
  }
  const quote =
    item.statements.find((statement) => hasPhrase(statement.text, role.name))?.text ??
    item.statements[0]?.text ??
    item.title;
  const note = role.notKnownSame.length > 0 ? ` Not known to be the same as: ${role.notKnownSame.join(', ')}.` : '';
  return draft({ answer: `${role.name}: ${sentence(role.definition)}${note}`, sources: [{ id: item.id, quote }] });
}

/** "is the ethics board the same as the ethics review board?" */
export function sameBodyAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  if (!/\bsame\b|\bidentical\b|\bdifferen\w+|\bequal\b|\banother (?:name|word) for\b|\bsynonym\w*/.test(frame.lower))
    return null;
  const names = [...new Set(frame.roles.filter((role) => !role.short).map((role) => role.role))];
  const [a, b] = names;
  if (a === undefined || b === undefined || names.length !== 2) return null;
  const apart =
    library.roles.get(a)?.notKnownSame.includes(b) === true || library.roles.get(b)?.notKnownSame.includes(a) === true;
  if (!apart || frame.letters.length > 0) return null;
  const near = [a, b].flatMap((name) => {
    const at = library.roles.get(name)?.definedIn ?? library.reverse.get(name)?.[0]?.itemId;
    const item = at === undefined ? undefined : library.items.get(at);
    return item === undefined ? [] : [item];
  });
  return abstain(
    context,
    'not_defined',
    near,
    `The documents do not say whether the ${a} and the ${b} are the same; they are kept apart here.`,
  );
}
