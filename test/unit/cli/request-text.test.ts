import { expect, it } from 'vitest';
import { requestLines } from '#src/cli/requests/text.ts';
import { deployment, desk, MILO, ROSTER, submittedDesk, T0 } from '../approvals/fixtures.ts';

const people = {
  view: (person: string) => ({ person, user: null, name: null }),
  words: (person: string) => person,
  inText: (text: string) => text,
};

it('names a deadline and what is needed only while a request can still be decided', () => {
  const told = ({ submitted }: { submitted: ReturnType<typeof desk>['submitted'] }) =>
    requestLines({ state: submitted(), entries: [], events: [] }, ROSTER, people, new Date(T0)).join('\n');
  expect(told(submittedDesk())).toMatch(/Decide by .*\n\s*Needed /);
  const refused = desk();
  refused.ok(MILO, { type: 'submit', document: deployment({ answers: { prohibitedUse: true } }) });
  expect(told(refused)).toContain(': refused');
  expect(told(refused)).not.toMatch(/Decide by|Needed/);
});
