/**
 * The history of a request, one line an event: the card's details and the command line print the same lines. Pure.
 */
import { flawsInWords } from '#src/approvals/basis.ts';
import type { RequestDocument } from '#src/approvals/document.ts';
import type { ApprovalEvent, EventType } from '#src/approvals/events.ts';
import type { RequestRecord } from './desk.ts';

/** How a reader sees people and what they wrote: mentions and escapes in Slack, plain names on a terminal. */
export type HistoryWords = {
  readonly who: (person: string) => string;
  readonly quote: (text: string) => string;
};

/** One event of a request's history. */
export type HistoryLine = {
  /** Index of its entry in the evidence log. */
  readonly index: number;
  readonly at: Date;
  /** "@a voted approve as Chief AI Officer: tested under load" */
  readonly words: string;
};

/** The lines, oldest first. */
export function historyOf(record: RequestRecord, words: HistoryWords): readonly HistoryLine[] {
  let { document } = record.state;
  return record.entries.map((entry, i) => {
    const event = record.events[i];
    const actor = entry.actor === 'service' ? 'Countersign' : words.who(entry.actor);
    if (event !== undefined && 'document' in event.data) document = event.data.document;
    const what = event === undefined ? entry.type : say(event, words, document);
    return { index: entry.index, at: entry.at, words: `${actor} ${what}` };
  });
}

/** A line as text: entry, time in UTC, what happened. */
export function historyText({ index, at, words }: HistoryLine): string {
  return `${index}  ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC  ${words}`;
}

type Say<T extends EventType> = (
  data: Extract<ApprovalEvent, { type: T }>['data'],
  words: HistoryWords,
  document: RequestDocument,
) => string;

/** `document`: what was asked for at that time. */
function say(event: ApprovalEvent, words: HistoryWords, document: RequestDocument): string {
  // Each function takes exactly the event that its key names.
  return (SAY[event.type] as Say<EventType>)(event.data as never, words, document);
}

const spaced = (word: string): string => word.replace(/_/g, ' ');
const because = (reason: string | null, { quote }: HistoryWords): string =>
  reason === null || reason.trim() === '' ? '' : `: ${quote(reason)}`;
const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
const day = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** Exhaustive on purpose: a new event does not compile until somebody says how it reads. */
const SAY: { readonly [T in EventType]: Say<T> } = {
  'request.submitted': ({ terms, decideBy }) => `submitted it (${terms.tier} tier, to be decided by ${day(decideBy)})`,
  'request.refused': ({ tierReasons }, { quote }) =>
    `asked for a prohibited use; it was refused: ${quote(tierReasons.map((r) => r.because).join(', '))}`,
  'revision.made': ({ revision, changed, material, voided, proposal, reason }, w) =>
    `made revision ${revision.number}${proposal === null ? '' : ` (scope proposal ${proposal})`}, changing ${changed.join(', ')}` +
    `${material ? `; ${voided.length === 0 ? 'no vote was there to void' : `${plural(voided.length, 'vote')} void`}` : '; the votes stand'}${because(reason, w)}`,
  'basis.checked': ({ useCase, envelope }, { quote }, document) => {
    const outside = [...useCase, ...(envelope ?? [])];
    if (outside.length === 0) return 'found it inside what it rests on';
    const effect = useCase.length > 0 ? 'nothing is approved on it' : 'the full quorum decides';
    return `found it outside what it rests on, so ${effect}: ${quote(flawsInWords(outside, document).join('; '))}`;
  },
  'vote.cast': (data, w) => `voted ${vote(data, w)}`,
  'vote.changed': (data, w) => `changed the vote from ${spaced(data.before)} to ${vote(data, w)}`,
  'vote.withdrawn': ({ before, reason }, w) => `took the vote back (${spaced(before)})${because(reason, w)}`,
  'rejection.settled': ({ role, reason, rejectedBy }, w) =>
    `settled the rejection of ${rejectedBy.map(w.who).join(', ')} as ${role}${because(reason, w)}`,
  'consult.answered': ({ role, stance, text }, w) => `advised as ${role}, ${stance}${because(text, w)}`,
  'consult.lapsed': ({ roles }) => `heard nothing from ${roles.join(', ')} in time`,
  'information.requested': ({ role, text }, w) => `asked for information as ${role}${because(text, w)}`,
  'information.provided': ({ text }, w) => `gave information${because(text, w)}`,
  'comment.made': ({ text }, w) => `commented${because(text, w)}`,
  'scope.proposed': ({ number, role, reason }, w) =>
    `proposed a narrower scope (${number}) as ${role}${because(reason, w)}`,
  'meeting.recorded': ({ number, heldOn, role, minutes }, w) =>
    `entered meeting ${number} of ${heldOn.slice(0, 10)} as ${role}${because(minutes, w)}`,
  'conditions.offered': ({ conditions }) => `put ${plural(conditions.length, 'condition')} to the requester`,
  'conditions.contradicted': () => 'sent it back: conditions contradict each other',
  'conditions.accepted': ({ conditions }) => `accepted ${plural(conditions.length, 'condition')}`,
  'conditions.declined': ({ reason }, w) => `declined the conditions${because(reason, w)}`,
  decided: ({ outcome, cause, counted, vetoedBy, missing, validUntil, envelope }, w) =>
    `recorded the decision: ${spaced(outcome)} (${spaced(cause)})` +
    `${envelope === undefined ? '' : `, by the lighter quorum inside the envelope of ${envelope}`}` +
    `${counted.length === 0 ? '' : `, counting ${counted.map((c) => `${w.who(c.person)} as ${c.role}`).join(', ')}`}` +
    `${vetoedBy === null ? '' : `, veto of ${w.who(vetoedBy)}`}` +
    `${missing.length === 0 ? '' : `, missing ${missing.join('; ')}`}${validUntil === null ? '' : `, valid until ${day(validUntil)}`}`,
  'informed.told': ({ role, persons }, w) =>
    `told ${role}: ${persons.length === 0 ? 'nobody holds it' : persons.map(w.who).join(', ')}`,
  withdrawn: ({ reason }, w) => `withdrew it${because(reason, w)}`,
  reminded: ({ what, number }) => `sent ${what === 'review' ? 'review' : 'deadline'} reminder ${number}`,
  escalated: ({ to, cause, missing }) =>
    `escalated it to ${to} (${cause === 'time' ? 'time is running out' : 'nobody can fill a place'}${missing.length === 0 ? '' : `: ${missing.join('; ')}`})`,
  'condition.evidenced': ({ condition, evidence }, w) =>
    `gave evidence for condition ${condition}: ${w.quote(evidence.title)} ${w.quote(evidence.url)}`,
  'condition.confirmed': ({ condition, role, reason }, w) =>
    `confirmed condition ${condition} as ${role}${because(reason, w)}`,
  'condition.overdue': ({ condition }) => `found condition ${condition} overdue`,
  deployed: ({ environment, digest }) => `recorded the deployment to ${environment} of ${digest}`,
  suspended: ({ role, reason, incident }, w) =>
    `suspended it as ${role}${incident === null ? '' : ` (incident ${w.quote(incident)})`}${because(reason, w)}`,
  reinstated: () => 'reinstated it after a fresh decision',
  revoked: ({ role, reason }, w) => `revoked it as ${role}${because(reason, w)}`,
  superseded: () => 'noted that a newer version was approved',
  renewed: () => 'noted that it was renewed by a fresh decision',
  closed: ({ cause, reason }, w) => `closed it (${spaced(cause)})${because(reason, w)}`,
  'breakglass.invoked': ({ role, until, reviewBy, reason }, w) =>
    `deployed it as an emergency as ${role}, until ${day(until)}, to be reviewed by ${day(reviewBy)}${because(reason, w)}`,
  'breakglass.ended': ({ reviewed }) => `ended the emergency permission (${reviewed ? 'reviewed' : 'time is over'})`,
};

function vote(data: Extract<ApprovalEvent, { type: 'vote.cast' }>['data'], w: HistoryWords): string {
  // In which of several roles a vote counts is settled when it is counted; the decision names it.
  const roles = [...new Set(data.capacities.map((capacity) => capacity.role))];
  const role = roles.length === 0 ? undefined : roles.join(' or ');
  const stands = data.capacities[0]?.countsFor;
  const standIn = stands !== undefined && data.capacities[0]?.basis !== 'holder' ? ` for ${w.who(stands)}` : '';
  const conditions = data.conditions.length === 0 ? '' : `, ${plural(data.conditions.length, 'condition')}`;
  const meeting = data.meeting === null ? '' : `, in meeting ${data.meeting}`;
  return `${spaced(data.choice)}${role === undefined ? '' : ` as ${role}`}${standIn}${conditions}${meeting}${because(data.conflict ?? data.reason, w)}`;
}
