/**
 * From a submitted modal to what the approvals room takes: block ids become fields, member ids become persons. The
 * parsing itself is the approvals room's; errors come back on the block.
 */
import type { PolicyInForce } from '#src/approvals/commands.ts';
import type { DeploymentDocument, ExceptionDocument, RequestDocument } from '#src/approvals/document.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import {
  type DeploymentInput,
  type FormResult,
  parseDeploymentForm,
  parseExceptionForm,
} from '#src/approvals/forms.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import { type ConditionProposal, VOTE_CHOICES, type VoteChoice } from '#src/approvals/types.ts';
import type { DeskCommand } from './desk.ts';

/** Answers by block id. */
export type FormValues = Readonly<Record<string, string | readonly string[] | null>>;
/** What is wrong, by block id. */
export type FieldErrors = Readonly<Record<string, string>>;
type Parsed<D extends RequestDocument> = FormResult<D>;
type PersonFor = (slackUserId: string) => Promise<string>;

export type Forms = {
  /** The policy new requests are submitted under; null when none is in force. */
  policy(): PolicyInForce | null;
  /** Errors of a submitted modal, before it is stored; null when it fits. Takes no time: Slack is waiting. */
  validate(form: string, values: FormValues): Record<string, string> | null;
  deployment(values: FormValues): Parsed<DeploymentDocument>;
  exception(values: FormValues, personFor: PersonFor): Promise<Parsed<ExceptionDocument>>;
  vote(
    values: FormValues,
    base: { readonly commandId: string; readonly by: string; readonly revision: string; readonly card: string | null },
    personFor: PersonFor,
  ): Promise<DeskCommand | null>;
};

export type FormsDeps = { readonly policy: () => PolicyInForce | null; readonly now: () => Date };

const NO_POLICY = {
  ok: false,
  errors: { form: 'No approval policy is in force; an admin has to put one in force.' },
} as const;

/** Makes the parsers for the policy and the time of the moment. */
export function createForms({ policy, now }: FormsDeps): Forms {
  const deployment = (values: FormValues): Parsed<DeploymentDocument> => {
    const inForce = policy();
    if (inForce === null) return NO_POLICY;
    return parseDeploymentForm({ ...plain(values), answers: answersOf(values) }, { policy: inForce, now: now() });
  };
  const exception = (values: FormValues, owners: readonly string[] | null): Parsed<ExceptionDocument> => {
    const inForce = policy();
    if (inForce === null) return NO_POLICY;
    const lines = controlLines(values);
    const compensatingControls = lines.map((line, i) => ({
      text: line.text,
      owner: owners?.[i] ?? line.user,
      due: line.due,
    }));
    return parseExceptionForm(
      { ...plain(values), answers: answersOf(values), compensatingControls },
      { policy: inForce, now: now() },
    );
  };
  return {
    policy,
    deployment,
    async exception(values, personFor) {
      const owners: string[] = [];
      for (const line of controlLines(values)) owners.push(line.user === '' ? '' : await personFor(line.user));
      return exception(values, owners);
    },
    vote: parseVote,
    validate(form, values) {
      if (form === 'deploy' || form === 'exception') {
        const parsed = form === 'deploy' ? deployment(values) : exception(values, null);
        return parsed.ok ? null : onBlocks(parsed.errors, values);
      }
      const errors = form === 'vote' ? voteErrors(values) : textErrors(form, values);
      return Object.keys(errors).length === 0 ? null : errors;
    },
  };
}

/** Errors by block id: a question's block is `answers.<key>`; what has no block of its own goes to the first one. */
function onBlocks(errors: FieldErrors, values: FormValues): Record<string, string> {
  const first = Object.keys(values)[0] ?? 'system';
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => {
      if (field in values) return [field, message];
      return [`answers.${field}` in values ? `answers.${field}` : first, message];
    }),
  );
}

function textErrors(form: string, values: FormValues): Record<string, string> {
  if (form === 'withdraw' || form === 'accept_conditions' || text(values, 'text') !== '') return {};
  return { text: 'Write one sentence.' };
}

/** The single-valued fields as they were typed. */
function plain(values: FormValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) =>
      typeof value === 'string' && !field.startsWith('answers.') && field !== 'compensatingControls'
        ? [[field, value]]
        : [],
    ),
  );
}

function answersOf(values: FormValues): NonNullable<DeploymentInput['answers']> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) =>
      field.startsWith('answers.') && typeof value === 'string' ? [[field.slice('answers.'.length), value]] : [],
    ),
  );
}

/** One compensating control a line: `what | member id | date`. */
function controlLines(
  values: FormValues,
): readonly { readonly text: string; readonly user: string; readonly due: string }[] {
  return text(values, 'compensatingControls')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, LIMITS.controls + 1)
    .map((line) => {
      const [what = '', who = '', due = ''] = line.split('|').map((part) => part.trim());
      return { text: what, user: userIn(who) ?? '', due };
    });
}

// ---------------------------------------------------------------- vote

function voteErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  const choice = text(values, 'choice');
  if (!isChoice(choice)) errors['choice'] = 'Choose how you vote.';
  if ((choice === 'reject' || choice === 'approve_with_conditions') && text(values, 'reason') === '') {
    errors['reason'] = 'The record must show why. One sentence is enough.';
  }
  if (choice === 'recuse' && text(values, 'conflict') === '') errors['conflict'] = 'Name the conflict of interest.';
  const conditions = conditionLines(values, errors);
  if (choice === 'approve_with_conditions' && conditions.length === 0)
    errors['conditions'] ??= 'Name at least one condition.';
  if (choice !== 'approve_with_conditions' && conditions.length > 0)
    errors['conditions'] = 'Conditions go with "Approve with conditions".';
  return errors;
}

type ConditionLine = {
  readonly text: string;
  readonly user: string;
  readonly dueAt: string;
  readonly phase: ConditionProposal['phase'];
  readonly confirmRole: string;
};

/** One condition a line: `what | member id | date | before or after | role that confirms`. */
function conditionLines(values: FormValues, errors: Record<string, string>): readonly ConditionLine[] {
  const lines = text(values, 'conditions')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > LIMITS.conditionsPerVote) errors['conditions'] = `At most ${LIMITS.conditionsPerVote} conditions.`;
  return lines.slice(0, LIMITS.conditionsPerVote).map((line, i) => {
    const [what = '', who = '', when = '', phase = '', role = ''] = line.split('|').map((part) => part.trim());
    const user = userIn(who);
    const dueAt = parseMoment(when);
    if (
      what === '' ||
      what.length > LIMITS.conditionText ||
      user === null ||
      dueAt === null ||
      !/^(before|after)/i.test(phase) ||
      role === ''
    ) {
      errors['conditions'] =
        `Line ${i + 1} needs: what | member id of the owner | date | before or after | role that confirms.`;
    }
    return {
      text: what,
      user: user ?? '',
      dueAt: dueAt ?? '',
      phase: /^after/i.test(phase) ? 'after_deployment' : 'before_deployment',
      confirmRole: role,
    };
  });
}

async function parseVote(
  values: FormValues,
  base: { readonly commandId: string; readonly by: string; readonly revision: string; readonly card: string | null },
  personFor: PersonFor,
): Promise<DeskCommand | null> {
  const choice = text(values, 'choice');
  if (!isChoice(choice) || Object.keys(voteErrors(values)).length > 0) return null;
  const conditions: ConditionProposal[] = [];
  for (const line of conditionLines(values, {})) {
    conditions.push({
      text: line.text,
      owner: await personFor(line.user),
      dueAt: line.dueAt,
      phase: line.phase,
      evidenceWanted: 'as agreed with the confirming role',
      confirmRole: line.confirmRole,
      limit: null,
    });
  }
  return {
    type: 'vote',
    commandId: base.commandId,
    by: base.by,
    revision: base.revision,
    card: base.card,
    choice,
    reason: text(values, 'reason') || null,
    conflict: text(values, 'conflict') || null,
    conditions,
  };
}

function isChoice(value: string): value is VoteChoice {
  return VOTE_CHOICES.some((choice) => choice === value);
}

function text(values: FormValues, field: string): string {
  const value = values[field];
  return typeof value === 'string' ? value.trim() : '';
}

function userIn(value: string): string | null {
  return /\b([UW][A-Z0-9]{2,20})\b/.exec(value)?.[1] ?? null;
}
