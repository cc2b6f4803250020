/** People as an operator sees them: a name where it is kept, never more than the database still knows. */
import { nameInWords, personsIn } from '#src/delivery/people/names.ts';
import type { PeopleStore } from '#src/delivery/ports.ts';

/** A person in JSON: the pseudonym always; user and name until they are erased. */
type PersonView = { readonly person: string; readonly user: string | null; readonly name: string | null };

/** Looks people up once each. */
export type People = {
  view(person: string): PersonView;
  /** `Milo Okafor (U0MILO)`, `U0MILO`, or the pseudonym. */
  words(person: string): string;
  /** A text with everybody in it so called. */
  inText(text: string): string;
};

/** Reads everybody whom a value names. */
export async function peopleIn(store: PeopleStore, value: unknown): Promise<People> {
  const known = await store.known(personsIn(value));
  const view = (person: string): PersonView => {
    const found = known.get(person);
    return { person, user: found?.slackUserId ?? null, name: found?.name ?? null };
  };
  const words = (person: string): string => {
    if (person === 'service') return 'Countersign';
    const found = known.get(person);
    return found === undefined ? person : nameInWords(found);
  };
  const inText = (text: string): string =>
    personsIn(text).reduce((told, person) => told.replaceAll(person, words(person)), text);
  return { view, words, inText };
}
