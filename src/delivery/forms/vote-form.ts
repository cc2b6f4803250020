/** The vote form: choice, reason, conditions and a conflict of interest, as one command. Pure but for the people. */
import { parseMoment } from '#src/approvals/duration.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import { type ConditionProposal, type Limit, VOTE_CHOICES, type VoteChoice } from '#src/approvals/types.ts';
import type { DeskCommand } from '../requests/desk.ts';
import { type FieldErrors, type FormValues, filledGroups, one, type PersonFor, text } from './form-values.ts';

/** Mistakes by block id, before anything is stored; empty when the vote can be recorded. */
export function voteErrors(values: FormValues, now: Date): FieldErrors {
  const errors: Record<string, string> = {};
  const choice = text(values, 'choice');
  if (!isChoice(choice)) errors['choice'] = 'Choose how you vote.';
  if ((choice === 'reject' || choice === 'approve_with_conditions') && text(values, 'reason') === '')
    errors['reason'] = 'The record must show why. One sentence is enough.';
  if (choice === 'recuse' && text(values, 'conflict') === '')
    errors['conflict' in values ? 'conflict' : 'choice'] = 'Name the conflict of interest.';
  if (choice !== 'approve_with_conditions') return errors;
  const groups = filledGroups(values, 'condition');
  if (groups.length === 0)
    errors['condition.0.text' in values ? 'condition.0.text' : 'choice'] = 'Name at least one condition.';
  for (const i of groups) Object.assign(errors, conditionErrors(values, i, now));
  return errors;
}

function conditionErrors(values: FormValues, i: number, now: Date): FieldErrors {
  const field = (name: string) => `condition.${i}.${name}`;
  const errors: Record<string, string> = {};
  const due = parseMoment(text(values, field('due')));
  if (text(values, field('text')) === '') errors[field('text')] = 'Say what has to be met.';
  if (one(values, field('owner')) === null) errors[field('owner')] = 'Choose who has to meet it.';
  if (due === null) errors[field('due')] = 'Choose a date; it means the end of that day, UTC.';
  else if (Date.parse(due) <= now.getTime()) errors[field('due')] = 'Choose a date in the future.';
  if (one(values, field('limit')) !== null && limitIn(text(values, field('limit'))) === null)
    errors[field('limit')] = 'Write it as “traffic at most 25”, “reviewers at least 2” or “regions only EU, UK”.';
  if (one(values, field('role')) === null) errors[field('role')] = 'Choose the role that confirms it.';
  return errors;
}

export type VoteBase = {
  readonly commandId: string;
  readonly by: string;
  readonly revision: string;
  readonly card: string | null;
};

/** The vote as a command; null when the form cannot be read as one. */
export async function parseVote(values: FormValues, base: VoteBase, personFor: PersonFor): Promise<DeskCommand | null> {
  const choice = text(values, 'choice');
  if (!isChoice(choice)) return null;
  const conditions: ConditionProposal[] = [];
  const groups = choice === 'approve_with_conditions' ? filledGroups(values, 'condition') : [];
  for (const i of groups.slice(0, LIMITS.conditionsPerVote)) {
    const field = (name: string) => text(values, `condition.${i}.${name}`);
    const owner = field('owner');
    conditions.push({
      text: field('text'),
      owner: owner === '' ? '' : await personFor(owner),
      dueAt: parseMoment(field('due')) ?? '',
      phase: field('phase') === 'after_deployment' ? 'after_deployment' : 'before_deployment',
      evidenceWanted: field('evidence') || 'as agreed with the confirming role',
      confirmRole: field('role'),
      limit: limitIn(field('limit')),
    });
  }
  return {
    type: 'vote',
    ...base,
    choice,
    reason: one(values, 'reason'),
    conflict: choice === 'recuse' ? one(values, 'conflict') : null,
    conditions,
  };
}

/**
 * The measurable part of a condition as somebody writes it: "traffic at most 25", "regions only EU, UK". By it two
 * conditions are found to contradict each other. Null when it is none.
 */
function limitIn(words: string): Limit | null {
  const amount = /^(.{1,40}?)\s+(at most|at least)\s+(\d{1,9}(?:\.\d{1,4})?)\s*%?$/i.exec(words.trim());
  if (amount) {
    const [, what = '', how = '', value = ''] = amount;
    return { what: what.toLowerCase(), is: /most/i.test(how) ? 'at_most' : 'at_least', value: Number(value) };
  }
  const list = /^(.{1,40}?)\s+(only|not)\s+(.{1,300})$/i.exec(words.trim());
  if (!list) return null;
  const [, what = '', how = '', names = ''] = list;
  const values = [...new Set(names.split(',').map((name) => name.trim().toLowerCase()))].filter((name) => name !== '');
  if (values.length === 0 || values.length > 8 || values.some((name) => name.length > 40)) return null;
  return { what: what.toLowerCase(), is: /only/i.test(how) ? 'only' : 'not', values };
}

function isChoice(value: string): value is VoteChoice {
  return VOTE_CHOICES.some((choice) => choice === value);
}
