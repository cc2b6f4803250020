/** The history of a request, one line an event: the same lines the command line prints. Pure. */
import type { RequestRecord } from '#src/delivery/desk.ts';
import { inline } from './text.ts';

const WORDS: Readonly<Record<string, string>> = {
  'request.submitted': 'submitted',
  'request.refused': 'refused at submission',
  'revision.made': 'revised',
  'vote.cast': 'voted',
  'vote.changed': 'changed the vote',
  'vote.withdrawn': 'took the vote back',
  'information.requested': 'asked for information',
  'information.provided': 'gave information',
  'comment.made': 'commented',
  'consult.answered': 'advised',
  'consult.lapsed': 'advice not given in time',
  'conditions.offered': 'conditions put to the requester',
  'conditions.accepted': 'accepted the conditions',
  'conditions.declined': 'declined the conditions',
  'conditions.contradicted': 'conditions contradict each other',
  'informed.told': 'told those to be informed',
  decided: 'decided',
};

/** Lines such as "#12 21 Nov 10:04 @a voted: approve". `who` turns a pseudonym into what the reader sees. */
export function historyLines(record: RequestRecord, who: (person: string) => string): readonly string[] {
  return record.entries.map((entry, i) => {
    const event = record.events[i];
    const word = WORDS[entry.type] ?? entry.type.replace(/[._]/g, ' ');
    const actor = entry.actor === 'service' ? 'Countersign' : who(entry.actor);
    const extra = event === undefined ? '' : extraOf(event.data);
    return `\`${entry.index}\` ${entry.at.toISOString().slice(0, 16).replace('T', ' ')} UTC ${actor} ${word}${extra}`;
  });
}

function extraOf(data: object): string {
  const d = data as Readonly<Record<string, unknown>>;
  const parts = [d['choice'], d['outcome'], d['role'], d['reason'], d['text']].filter(
    (p): p is string => typeof p === 'string' && p.length > 0,
  );
  return parts.length === 0 ? '' : `: ${parts.map((p) => inline(p.replace(/_/g, ' '), 160)).join(', ')}`;
}
