/** Turning facts into plain sentences. */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { printedRole } from '#src/knowledge/roles.ts';
import type { RaciLetter, RoleMention, SsrmActor } from '#src/knowledge/schema.ts';

/** The actors of the shared responsibility model, spelt out. */
export const ACTOR_NAMES: Readonly<Record<SsrmActor, string>> = {
  CSP: 'Cloud Service Provider (CSP)',
  MP: 'Model Provider (MP)',
  OSP: 'Orchestrated Service Provider (OSP)',
  AP: 'Application Provider (AP)',
  AIC: 'AI Customer (AIC)',
};

const VERBS: Readonly<Record<RaciLetter, string>> = {
  responsible: 'responsible for',
  accountable: 'accountable for',
  consulted: 'consulted on',
  informed: 'informed about',
};

/** "a, b and c", or with another last word. */
export function joinWords(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** A title inside a sentence: lower case except for abbreviations. */
export function titleInSentence(title: string): string {
  return title.replace(/[A-Za-z0-9]+/g, (word) => (/[A-Z].*[A-Z0-9]|\d/.test(word) ? word : word.toLowerCase()));
}

/** A role as a sentence names it, with its qualification. */
function mentionInSentence(library: Library, mention: RoleMention): string {
  const name = printedRole(library.roles, mention.name);
  return mention.note === null ? name : `${name} (${mention.note.replace(/^Or /, 'or ')})`;
}

/** "Head of AI Operations or Chief Technology Officer is accountable for canary releases". No full stop. */
export function letterClause(
  library: Library,
  item: LibraryItem,
  letter: RaciLetter,
  withTopic: boolean,
): string | null {
  const mentions = item.raci?.[letter] ?? [];
  if (mentions.length === 0) return null;
  const alternative = item.alternatives.includes(letter);
  const names = mentions.map((mention) => mentionInSentence(library, mention));
  const subject = joinWords(names, alternative ? 'or' : 'and');
  const lastName = mentions.at(-1)?.name ?? '';
  const plural =
    (!alternative && mentions.length > 1) ||
    /(?:Teams|Departments|Users|Bodies|Custodians|Officers|Leaders|Managers|Analysts|Administrators|Stakeholders|stakeholders.*|Scientists)$/.test(
      lastName,
    );
  const verb = VERBS[letter];
  const topic = withTopic ? ` ${titleInSentence(item.title)}` : '';
  return `${subject} ${plural ? 'are' : 'is'} ${withTopic ? verb : verb.replace(/ \w+$/, '')}${topic}`;
}

/** Ends a text as a sentence. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** How an answer introduces what an item says, by its document's authority. */
export function introduces(library: Library, item: LibraryItem): string {
  const document = library.documents.get(item.document);
  const name = document?.shortTitle ?? item.document;
  const place = item.id.slice(item.id.indexOf('-') + 1);
  if (item.authority === 'binding') {
    return item.kind === 'clause' ? `The ${name} (binding), clause ${place}` : `The ${name}`;
  }
  if (item.kind === 'control') return `${place} (${document?.shortTitle ?? ''})`;
  if (item.document === 'whitepaper') return `The whitepaper, section ${place} (a reference)`;
  return `The ${name}`;
}
