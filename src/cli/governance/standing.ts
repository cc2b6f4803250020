/** What a proposal of rules or settings waits for, in words. */
import type { PolicyProposal } from '#src/directory/policies.ts';

export function standingOf({ document, supporters, vote }: PolicyProposal): string {
  if (document !== 'approval-policy') return `${supporters.length} of 2 administrators stand behind it`;
  return vote === null ? 'put it to the vote in Slack: /governance policy' : `the committee decides on it as ${vote}`;
}
