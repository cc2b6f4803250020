/** A request for a terminal: how it stands, what it is about, who decided, and its history. */
import { purposeOf } from '#src/approvals/document-facts.ts';
import { tally } from '#src/approvals/tally.ts';
import { isOpen } from '#src/approvals/timers.ts';
import type { Roster, SubmittedState } from '#src/approvals/types.ts';
import type { RequestRecord } from '#src/delivery/requests/desk.ts';
import { historyOf } from '#src/delivery/requests/history.ts';
import { detailFacts, titleOf } from '#src/slack/blocks/request-facts.ts';
import type { People } from '../governance/people.ts';
import { instant, paragraph, table } from '../terminal.ts';

/** Lines of at most 80 columns; ids and digests stay whole. */
export function requestLines(record: RequestRecord, roster: Roster, people: People, now: Date): readonly string[] {
  const { state } = record;
  const { document, terms } = state;
  const standing = tally(state, roster, now.getTime());
  const given = standing.evidence.filter(({ why }) => why === null).length;
  const missing = standing.evidence.flatMap(({ demand, why }) =>
    why === null ? [] : [`${demand.title} ${words(why)} (${demand.serves.join(', ')})`],
  );
  const open = isOpen(state);
  // A change of the rules has no tier of its own, and nothing is demanded for it.
  const rules = document.kind === 'policy';
  return [
    ...paragraph(`${titleOf(state)}: ${words(state.status)}`, `${state.shortId}  `, '  '),
    '',
    ...table([
      ...(rules ? [] : [['Tier', [terms.tier, ...terms.tierReasons.map((reason) => reason.because)].join('; ')]]),
      ['Asked by', `${people.words(state.requester)}, ${instant(new Date(state.submittedAtMs))}`],
      ...(state.owner === state.requester ? [] : [['Owner', people.words(state.owner)]]),
      ['Revision', `${state.revision.number}, policy ${terms.policyVersion}`],
      ['Purpose', purposeOf(document)],
      ...detailFacts(state).map((fact, at) => [at === 0 ? 'About' : '', fact]),
      ...(rules
        ? []
        : [
            [
              'Evidence',
              `${given} of ${standing.evidence.length}${missing.length > 0 ? `; ${missing.join(', ')}` : ''}`,
            ],
          ]),
      ...document.evidence.map((item) => ['', `${item.kind}: ${item.title} ${item.url}`]),
      ...(open ? [['Decide by', instant(new Date(state.decideByMs))]] : []),
      ...(open && standing.stillNeeded.length > 0 ? [['Needed', standing.stillNeeded.join('; ')]] : []),
      ...decisionRows(state, people),
      ...state.votes.map((vote, at) => [
        at === 0 ? 'Votes' : '',
        `${people.words(vote.by)}: ${words(vote.choice)}${vote.reason === null ? '' : `, "${vote.reason}"`}`,
      ]),
      ...state.conditions.map((c, at) => [
        at === 0 ? 'Conditions' : '',
        `${c.id} ${c.text}: ${people.words(c.owner)}, due ${instant(new Date(c.dueAtMs))}, ${c.overdue ? 'overdue' : c.status}`,
      ]),
    ]),
    '',
    'History, with the index of each entry in the evidence log',
    ...table(
      historyOf(record, { who: people.words, quote: (text) => `"${text.replace(/\s+/g, ' ')}"` }).map((line) => [
        String(line.index),
        instant(line.at),
        line.words,
      ]),
      '  ',
    ),
  ];
}

function decisionRows(state: SubmittedState, people: People): readonly (readonly string[])[] {
  const { decision, suspension } = state;
  if (decision === null) return [];
  const by = decision.counted.map(({ person, role }) => `${people.words(person)} as ${role}`);
  const veto = decision.vetoedBy === null ? [] : [`veto of ${people.words(decision.vetoedBy)}`];
  return [
    [
      'Decision',
      `${words(decision.outcome)} on ${instant(new Date(decision.atMs))}${by.length + veto.length > 0 ? ` by ${[...by, ...veto].join(', ')}` : ''}`,
    ],
    ...(decision.validUntilMs === null ? [] : [['Valid until', instant(new Date(decision.validUntilMs))]]),
    ...(suspension === null
      ? []
      : [['Suspended', `${suspension.reason}, since ${instant(new Date(suspension.atMs))}`]]),
  ];
}

function words(code: string): string {
  return code.replace(/_/g, ' ');
}
