/** Persons in what is shown: whom it names, and what they are called. */
import type { KnownPerson } from '../ports.ts';

const PSEUDONYM = /p_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The pseudonyms that a value names anywhere, each once. */
export function personsIn(value: unknown): readonly string[] {
  return [...new Set(JSON.stringify(value)?.match(PSEUDONYM) ?? [])];
}

/** `Milo Okafor (U0MILO)`, or `U0MILO` where no name is kept. */
export function nameInWords({ slackUserId, name }: KnownPerson): string {
  return name === null ? slackUserId : `${name} (${slackUserId})`;
}
