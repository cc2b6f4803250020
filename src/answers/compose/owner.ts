/** Who owns it: from the RACI table, from the ownership by layer, or from a clause that names a body. */

import type { LibraryItem } from '#src/knowledge/library.ts';
import { RACI_LETTERS } from '#src/knowledge/library.ts';
import { ownershipText, raciText } from '#src/knowledge/passages.ts';
import { printedRole } from '#src/knowledge/roles.ts';
import type { RaciLetter } from '#src/knowledge/schema.ts';
import type { Query } from '../query.ts';
import type { Frame } from '../understand/frame.ts';
import { rolesIn } from '../understand/role-mentions.ts';
import { topicOf } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft } from './context.ts';
import { draft, queryOf, rolesOf } from './context.ts';
import { ACTOR_NAMES, introduces, joinWords, letterClause, sentence } from './phrases.ts';
import { chooseStatements, extract } from './requirement.ts';
import { scoreStatements } from './statements.ts';

/** The letters to answer: those named; all four for "who owns"; else those who do the work and who answer for it. */
export function lettersToAnswer(frame: Frame): readonly RaciLetter[] {
  if (frame.letters.length > 0) return frame.letters;
  if (frame.owns) return RACI_LETTERS;
  if (frame.loose)
    return /\bin practice\b|\bdaily\b|\bactually\b|\bhands[- ]on\b/.test(frame.lower)
      ? ['responsible']
      : ['responsible', 'accountable'];
  if (
    /\bwho(?:'s|s)? (?:can |may |is allowed to |needs to |has to |must |should )?(?:approves?|authori[sz]es?|decides?|oversees?|okays?)\b|\b(?:which|what) (?:\w+ )?(?:exec(?:utive)?s?|c-?levels?|chiefs?|boss(?:es)?|directors?)\b/.test(
      frame.lower,
    )
  ) {
    return ['accountable'];
  }
  return ['responsible'];
}

/** Answers from the RACI of an item. */
export function raciAnswer(context: Context, item: LibraryItem, letters: readonly RaciLetter[]): Draft {
  const { library } = context;
  const clauses: string[] = [];
  const missing: RaciLetter[] = [];
  const filled: Partial<Record<RaciLetter, readonly string[]>> = {};
  const order: readonly RaciLetter[] =
    letters.length > 2 ? ['accountable', 'responsible', 'consulted', 'informed'] : letters;
  for (const letter of order.filter((one) => letters.includes(one))) {
    const clause = letterClause(library, item, letter, clauses.length === 0);
    if (clause === null) missing.push(letter);
    else clauses.push(clause);
    filled[letter] = (item.raci?.[letter] ?? []).map((mention) => printedRole(library.roles, mention.name));
  }
  const parts = [sentence(clauses.join('; '))];
  if (missing.length > 0) parts.push(`Nobody is named as ${joinWords(missing, 'or')}.`);
  // One name left after a correction is no alternative, whatever the item still says.
  const which = letters.filter(
    (letter) => item.alternatives.includes(letter) && (item.raci?.[letter] ?? []).length > 1,
  );
  if (which.length > 0) {
    parts.push(`The ${joinWords(which)} roles are alternatives; the source does not say which.`);
  }
  parts.push(...ownRoles(context, item, letters));
  return draft({
    answer: parts.filter((part) => part !== '').join(' '),
    sources: [{ id: item.id, quote: raciText(item) }],
    roles: rolesOf(filled),
    related: item.related.slice(0, 3),
    letters,
  });
}

/** The organisation's own names for the roles, where the role map has them. */
function ownRoles(context: Context, item: LibraryItem, letters: readonly RaciLetter[]): readonly string[] {
  const said: string[] = [];
  for (const letter of letters) {
    for (const mention of item.raci?.[letter] ?? []) {
      const canonical = context.library.roles.canonical(mention.name);
      const mapped = context.library.roleMap.map.find((entry) => entry.role === canonical);
      if (mapped === undefined || canonical === null || mapped.ours === canonical) continue;
      said.push(
        mapped.ours === null
          ? `In this organisation nobody is the ${canonical} yet.`
          : `In this organisation the ${canonical} is: ${mapped.ours}.`,
      );
    }
  }
  return [...new Set(said)];
}

/** Answers from the ownership by layer (SSRM) of a control. */
export function ssrmAnswer(context: Context, item: LibraryItem): Draft {
  const { frame } = context;
  const all = item.ownership ?? [];
  const asked = all.filter((owned) => frame.layers.includes(owned.layer));
  const byActor =
    frame.layers.length === 0 &&
    frame.actors.length > 0 &&
    /\bwhich layers?\b|\bwhat layers?\b|\bwhere\b/.test(frame.lower);
  const shown = byActor
    ? all.filter((owned) => owned.owners.some((actor) => frame.actors.includes(actor)))
    : asked.length > 0
      ? asked
      : all;
  const name = item.id.replace(/^AICM-/, '');
  const clauses = shown.map((owned) => {
    if (owned.owners.length === 0) return `no owner is stated for the ${owned.layer} layer`;
    const who = joinWords(owned.owners.map((actor) => ACTOR_NAMES[actor]));
    return owned.shared
      ? `the ${owned.layer} layer is owned jointly by the ${who} (shared)`
      : `the ${owned.layer} layer is owned by the ${who}${shown.length === 1 ? ' alone' : ''}`;
  });
  const count = /\bhow many (?:\w+ )?layers?\b/.test(frame.lower) ? ` ${shown.length} layers have an owner:` : '';
  const parts = [sentence(`For ${name}${count} ${clauses.join('; ')}`)];
  const meaning = shown.length === 1 ? shown[0]?.meaning : undefined;
  if (meaning !== undefined) parts.push(sentence(meaning));
  return draft({
    answer: parts.join(' '),
    sources: [{ id: item.id, quote: shown.map((owned) => ownershipText(owned)).join(' ') }],
    owners: shown.map(({ layer, owners, shared }) => ({ layer, owners, shared })),
    related: item.related.slice(0, 3),
  });
}

/** Answers from statements that name a role or body; null when the item names nobody for what is asked. */
export function namedAnswer(context: Context, item: LibraryItem, query: Query): Draft | null {
  const { index, library, frame } = context;
  const words =
    item.kind === 'document' || item.kind === 'clause'
      ? queryOf(
          context,
          `${item.kind === 'clause' ? topicOf(frame) : frame.lower}${frame.letters.includes('accountable') ? ' overall responsibility' : ''}`,
        )
      : query;
  const wanted = new Set(
    frame.roles.filter((role) => !role.short || role.role === 'All Employees').map((role) => role.role),
  );
  const scored = scoreStatements(index, item, words, ['role', 'ownership']).map((statement) => {
    const names =
      wanted.size > 0 && rolesIn(library.roles, statement.text.slice(0, 60)).some((role) => wanted.has(role.role));
    return names ? { ...statement, score: statement.score + 0.6 } : statement;
  });
  const naming = scored
    .filter(
      ({ aspect, text }) =>
        aspect === 'role' ||
        aspect === 'ownership' ||
        aspect === 'document' ||
        rolesIn(library.roles, text).some((role) => !role.short) ||
        /\ball employees\b|\bISSC\b|\bcommittee\b|\bboard\b/i.test(text),
    )
    .filter(({ aspect }) => aspect !== 'gap')
    .sort((a, b) => b.score - a.score);
  const top = naming[0];
  if (top === undefined) return null;
  if (
    item.kind === 'guide' ||
    (item.kind === 'front-matter' && !/\bwho\b(?! is responsible for what)/.test(frame.lower))
  )
    return null;
  if (item.kind === 'front-matter' && top.aspect !== 'role' && top.aspect !== 'ownership' && top.aspect !== 'document')
    return null;
  const list = item.kind !== 'clause' || (naming.length === scored.length && scored.length > 3);
  // No word of the question tells the roles of the list apart: all of them are the answer.
  if (list && top.similarity === 0) return extract(context, item, naming);
  const close = naming.filter((statement) => statement.score >= (list ? 0.9 : 0.75) * top.score).slice(0, 2);
  const rest = list
    ? []
    : chooseStatements(context, item, query).filter((one) => !close.some((other) => other.index === one.index));
  return extract(context, item, [...close, ...rest]);
}

/** Verifies "is the CISO accountable for canary releases?" against the table. */
export function verifyAnswer(context: Context, item: LibraryItem, role: string, letters: readonly RaciLetter[]): Draft {
  const { library } = context;
  const stands = letters.filter((letter) =>
    (item.raci?.[letter] ?? []).some(
      (mention) =>
        library.roles.resolve(mention.name).includes(role) ||
        (mention.note !== null && library.roles.resolve(mention.note.replace(/^or /i, '')).includes(role)),
    ),
  );
  const truth = raciAnswer(context, item, letters);
  const shared = stands.some((letter) => (item.raci?.[letter]?.length ?? 0) > 1);
  const word = stands.length === letters.length ? (shared ? 'Yes, among others:' : 'Yes:') : 'No:';
  return { ...truth, answer: `${word} ${truth.answer}` };
}

/** Nobody is named: says so, with what the item does say. */
export function nobodyNamed(context: Context, item: LibraryItem): Draft {
  return abstain(
    context,
    'nobody_named',
    [item],
    `${introduces(context.library, item)}, covers this but names nobody for it.`,
  );
}
