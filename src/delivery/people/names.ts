/** Names as reports print them. */
import type { KnownPerson } from '../ports.ts';

/** `Milo Okafor (U0MILO)`, or `U0MILO` where no name is kept. */
export function nameInWords({ slackUserId, name }: KnownPerson): string {
  return name === null ? slackUserId : `${name} (${slackUserId})`;
}
