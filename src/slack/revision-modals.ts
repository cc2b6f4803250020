/** The forms of what leads to a revision. */
import { evidenceStatus } from '#src/approvals/policy.ts';
import { openProposals } from '#src/delivery/requests/acts.ts';
import type { Drawn } from './act-input.ts';
import { choice, dateInput, fileInput, section, textInput } from './blocks/build.ts';
import { formModal, type Modal, textModal } from './blocks/modal.ts';
import { scopeLines } from './blocks/scope.ts';
import { inline, mention } from './blocks/text.ts';

/** What leads to a revision, and the meeting. */
export function revisionModal(input: Drawn): Modal | null {
  const { act, state, about, meta, intro, nonce, context } = input;
  const withNonce = JSON.stringify({ ...about, n: nonce });
  switch (act) {
    case 'propose_scope': {
      const now = state.document.kind === 'deployment' ? scopeLines(state.document.scope) : [];
      const extra = [
        textInput('scope.users', 'Only for these users', { optional: true, charsMax: 80 }),
        textInput('scope.traffic', 'Share of traffic, in percent', { optional: true, charsMax: 6, placeholder: '25' }),
        textInput('scope.regions', 'Only in these regions', {
          optional: true,
          charsMax: 400,
          hint: 'Separated by commas.',
        }),
        dateInput('scope.until', 'Until', { optional: true }),
      ];
      const text = `${intro}\nScope now: ${now.map((line) => inline(line, 200)).join('; ') || 'not limited'}`;
      return textModal('propose_scope', meta, 'Narrower scope', text, 'Why', { extra, submit: 'Propose' });
    }
    case 'accept_scope': {
      const number = openProposals(state)[0] ?? 0;
      const proposal = state.proposals.find((one) => one.number === number);
      const lines = scopeLines(proposal?.scope ?? null).map((line) => `• ${inline(line, 200)}`);
      const by = proposal ? mention(context.slackUser(proposal.by)) : 'an approver';
      const text = [
        intro,
        `${by} proposes: ${inline(proposal?.reason ?? '', 600)}`,
        ...lines,
        'Accepting it makes a revision with this scope; the votes are given anew.',
      ];
      return formModal(
        'accept_scope',
        JSON.stringify({ ...about, n: nonce, p: number }),
        'Narrower scope',
        [section(text.join('\n'))],
        'Accept',
      );
    }
    case 'raise_tier': {
      const tiers = (['limited', 'high'] as const)
        .filter((tier) => tier === 'high' || state.terms.tier === 'minimal')
        .map((tier) => ({ value: tier, label: tier }));
      const extra = [choice('tier', 'New tier', tiers)];
      const text = `${intro}\n${state.terms.tier} tier now. A stricter tier makes a revision: its evidence and quorum apply.`;
      return textModal('raise_tier', withNonce, 'Raise the tier', text, 'Why', { extra, submit: 'Raise it' });
    }
    case 'add_evidence':
      return addEvidenceModal(input);
    default:
      return null;
  }
}

/** One file for one demanded piece. The file itself comes from the message, or is uploaded here. */
function addEvidenceModal({ state, about, intro, nonce, files, context }: Drawn): Modal {
  const standing = evidenceStatus(state.terms.evidence, state.document, context.now.getTime(), context.roster.files);
  const kinds = [...standing].sort((a, b) => Number(a.why === null) - Number(b.why === null));
  const options = kinds.map(({ demand, why }) => {
    return { value: demand.kind, label: `${demand.title}${why === null ? ' (there already)' : ''}` };
  });
  if (options.length === 0) options.push({ value: 'link', label: 'A document' });
  const text = `${intro}\nIt makes a revision: votes given so far are given anew. Somebody of another side then stands for the file.`;
  const meta = { ...about, n: nonce, ...(files.length === 0 ? {} : { f: files }) };
  return formModal(
    'add_evidence',
    JSON.stringify(meta),
    'Add evidence',
    [
      section(text),
      choice('kind', 'What it is', options, { as: 'select', initial: options[0]?.value ?? '' }),
      ...(files.length === 0 ? [fileInput('upload', 'The file')] : []),
      dateInput('date', 'Date of the document'),
      dateInput('validUntil', 'Valid until', { optional: true }),
      textInput('version', 'Version', { optional: true, charsMax: 60 }),
    ],
    'Add it',
  );
}
