/** The forms of what happens to an approval, and of its conditions. */
import { conditionsFor } from '#src/delivery/requests/acts.ts';
import type { Drawn } from './act-input.ts';
import { choice, dateInput, fileInput, section, textInput } from './blocks/build.ts';
import { evidenceText } from './blocks/evidence-lines.ts';
import { KIND_WORDS } from './blocks/kind-words.ts';
import { formModal, type Modal, textModal } from './blocks/modal.ts';
import { dateToken, inline } from './blocks/text.ts';

/** What happens to an approval. */
export function standingModal(drawn: Drawn): Modal | null {
  const { act, state, meta, intro } = drawn;
  switch (act) {
    case 'suspend':
      return textModal(
        'suspend',
        meta,
        'Suspend',
        `${intro}\n${KIND_WORDS[state.document.kind].effect} A fresh decision starts it again.`,
        'Reason',
        {
          submit: 'Suspend',
          extra: [textInput('incident', 'Incident number', { optional: true, charsMax: 80 })],
        },
      );
    case 'revoke':
      return textModal(
        'revoke',
        meta,
        'Revoke',
        `${intro}\nThis ends the approval for good; only a new request permits it again.`,
        'Reason',
        { submit: 'Revoke' },
      );
    case 'close': {
      const causes = [
        { value: 'done', label: 'It is done' },
        { value: 'decommissioned', label: 'It is out of service' },
      ];
      return textModal('close', meta, 'Close', `${intro}\nWhat it allowed is then no longer allowed.`, 'Reason', {
        submit: 'Close it',
        extra: [choice('cause', 'Why', causes, { initial: 'decommissioned' })],
      });
    }
    case 'record_deployment': {
      const { environment, digest } =
        state.document.kind === 'deployment' ? state.document : { environment: '', digest: '' };
      return formModal(
        'record_deployment',
        meta,
        'Record the deployment',
        [
          section(`${intro}\nOnly the approved artefact in the approved environment can be recorded.`),
          textInput('environment', 'Environment', { charsMax: 40, initial: environment }),
          textInput('digest', 'Digest of what runs', { charsMax: 71, initial: digest }),
        ],
        'Record',
      );
    }
    case 'condition_evidence':
    case 'condition_confirm':
      return conditionModal(drawn, act);
    default:
      return null;
  }
}

function conditionModal(drawn: Drawn, act: 'condition_evidence' | 'condition_confirm'): Modal {
  const { state, context, person, meta, intro } = drawn;
  const mine = new Set(conditionsFor(act, { state, person, roster: context.roster, now: context.now }));
  const open = state.conditions.filter((condition) => mine.has(condition.id));
  const lines = open.map((c) => {
    const pieces = c.evidence.map((item) => evidenceText(item, state, context));
    const given = pieces.length === 0 ? 'no evidence yet' : pieces.slice(-3).join(', ');
    return `• *${c.id}* ${inline(c.text, 240)}: wants ${inline(c.evidenceWanted, 160)}; ${given}; due ${dateToken(new Date(c.dueAtMs))}`;
  });
  const options = open.slice(0, 100).map((c) => ({ value: c.id, label: `${c.id} ${c.text}`.slice(0, 75) }));
  const which = choice('condition', 'Condition', options, { as: 'select', initial: options[0]?.value ?? '' });
  const text = [intro, ...lines].join('\n');
  if (act === 'condition_confirm')
    return textModal('condition_confirm', meta, 'Confirm a condition', text, 'Remark', {
      optional: true,
      submit: 'Confirm it is met',
      extra: [which],
    });
  return formModal('condition_evidence', meta, 'Evidence', [
    section(text),
    which,
    fileInput('upload', 'The file', { optional: true }),
    textInput('url', 'Or its address', {
      optional: true,
      charsMax: 400,
      placeholder: 'https://…',
      hint: 'On the high tier only a file meets a condition.',
    }),
    textInput('title', 'What it is', { charsMax: 120, optional: true }),
    dateInput('date', 'Its date', { optional: true, hint: 'A file needs it.' }),
  ]);
}
