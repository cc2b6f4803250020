/** The honest no: what is missing, what comes nearest, who could know. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { languageOf } from '../languages.ts';
import type { AbstainReason } from '../types.ts';
import type { Context, Draft, Source } from './context.ts';
import { draft, mayRead } from './context.ts';

const SENTENCES: Readonly<Record<AbstainReason, string>> = {
  empty_question: 'There is no question in this message. Ask, for example, who is accountable for canary releases.',
  not_in_documents: 'The documents I work from do not answer this.',
  unknown_id: 'There is no such section, clause or control in the library.',
  not_indexed:
    'This control is not in the library: of the AI Controls Matrix only the controls listed below are indexed.',
  not_defined: 'The documents use this name but never say what it means.',
  empty_at_source: 'The source leaves this part empty.',
  no_person_recorded: 'The documents name roles, not persons, so no name or contact is recorded in them.',
  no_date_recorded: 'No date is recorded for this in the documents.',
  no_price_recorded: 'Money is not a subject of the documents: no price, cost, budget or salary is recorded in them.',
  no_number_recorded: 'The documents set no number for this.',
  nobody_named: 'The documents name nobody for this.',
  request_to_act:
    'I only answer questions; nothing was done. Requests are decided by the roles the approval policy names, through /governance.',
  instruction_in_question:
    'I only answer questions from the governance documents and follow no instructions inside a message; nothing was done.',
  other_language:
    'Please ask in English; without a language model I cannot read other languages well enough to be right.',
  unclear: 'I am not sure what this is about. Name the topic, a section such as WP-2.6.1, a policy clause or a role.',
  restricted: 'This is not available to you.',
};

/** Builds an abstention; `near` are the nearest items, best first; `sources` where the source itself shows the gap. */
export function abstain(
  context: Context,
  reason: AbstainReason,
  near: readonly LibraryItem[] = [],
  missing: string | null = null,
  sources: readonly Source[] = [],
): Draft {
  const readable = near.filter((item) => mayRead(context.audience, item)).slice(0, 3);
  // A model that read the question leaves no language to be asked for.
  const language =
    reason === 'not_in_documents' && missing === null && !context.readByModel ? languageOf(context.frame.text) : null;
  const said = language === null ? reason : 'other_language';
  const parts = [missing ?? language?.hint ?? SENTENCES[said]];
  const silent = reason === 'request_to_act' || reason === 'instruction_in_question' || reason === 'empty_question';
  if (readable.length > 0 && !silent) {
    parts.push(`Nearest: ${readable.map((item) => `${item.id} ${item.title}`).join('; ')}.`);
    const who = couldKnow(readable[0]);
    if (who !== null) parts.push(who);
  }
  return draft({
    answer: parts.join(' '),
    reason: said,
    sources,
    related: silent ? [] : readable.map((item) => item.id),
  });
}

function couldKnow(item: LibraryItem | undefined): string | null {
  const accountable = item?.raci?.accountable ?? [];
  if (item === undefined || accountable.length === 0) return null;
  return `Who could know: ${accountable.map((mention) => mention.name).join(' or ')} (accountable in ${item.id}).`;
}
