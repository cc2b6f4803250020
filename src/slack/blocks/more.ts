/** "More": what this person may do on a request now, and why the rest is not offered. Pure. */
import type { KnownBlock } from '@slack/types';
import type { Refusal } from '#src/approvals/commands.ts';
import type { RequestKind } from '#src/approvals/document.ts';
import type { Act, Offer } from '#src/delivery/requests/acts.ts';
import { button, context, divider, section } from './build.ts';
import { KIND_WORDS } from './kind-words.ts';
import { type Modal, readingModal } from './modal.ts';
import { inline } from './text.ts';

const WORDS: Readonly<Record<Act, readonly [label: string, about: string]>> = {
  vote: ['Review and vote', 'Approve, reject, abstain or step back; an earlier vote is changed by a new one.'],
  withdraw_vote: ['Take my vote back', 'Your vote no longer counts; you may vote again.'],
  confirm_meeting: ['Confirm my vote', 'What the minutes say you voted in the meeting.'],
  consult: ['Give advice', 'Your role is asked before it is decided.'],
  ask_information: ['Ask for information', 'Nothing is approved until the requester has answered.'],
  give_information: ['Give information', 'Answers what the committee asked.'],
  accept_conditions: ['Look at the conditions', 'Accept the conditions of the approval, or decline them.'],
  accept_scope: ['Look at the narrower scope', 'Accepting it makes a revision with the smaller scope.'],
  propose_scope: ['Propose a narrower scope', 'Fewer users, less traffic, fewer regions, an earlier end.'],
  raise_tier: ['Raise the tier', 'A person may raise it, never lower it.'],
  settle: ['Settle the rejection', 'The chair lets the quorum decide despite a rejection.'],
  record_meeting: ['Enter a meeting', 'The chair enters what each voter said; each confirms it here.'],
  edit: ['Edit', 'A material change makes a revision and voids the votes.'],
  add_evidence: ['Add evidence', 'Upload a file; it makes a revision and voids the votes.'],
  comment: ['Comment', 'Kept with the request; decides nothing.'],
  attest: ['Stand for a file', 'Say in your role that a captured file is what it claims to be.'],
  withdraw: ['Withdraw', 'Ends the request; its record stays.'],
  condition_evidence: ['Give evidence', 'For a condition of the approval.'],
  condition_confirm: ['Confirm a condition', 'Says that a condition is met.'],
  record_deployment: ['Record the deployment', 'It runs now, from the approved artefact.'],
  renew: ['Renew or replace', 'A new request with a fresh quorum, filled in from this one.'],
  suspend: ['Suspend', 'The gate says no at once.'],
  revoke: ['Revoke', 'Ends the approval for good.'],
  close: ['Close', 'It is done or out of service.'],
};
/** What an act is called on its button, and what it means. */
export function actWords(act: Act): { readonly label: string; readonly about: string } {
  const [label, about] = WORDS[act];
  return { label, about };
}

const DANGER: ReadonlySet<Act> = new Set(['withdraw', 'suspend', 'revoke', 'close']);

/** Refusals that depend on the person: worth saying. The others only mean that there is nothing to do now. */
const WHY: Readonly<Partial<Record<Refusal, (detail: readonly string[], kind: RequestKind) => string>>> = {
  self_approval: (_, kind) => `you ${KIND_WORDS[kind].yours('this')} (separation of duties)`,
  role_missing: (roles) => `for holders of ${roles.join(', ')}`,
  not_requester: () => 'for whoever asked for this',
  not_chair: (roles) => `for the chair (${roles.join(', ')})`,
  not_consulted: () => 'your roles are not asked for advice here',
  recused: () => 'you stepped back from this request',
  spoken_for: () => 'somebody already voted for the person you stand in for',
  condition_owner: () => 'whoever has to meet a condition cannot confirm it',
  deadline_passed: () => 'the time to decide is over',
  review_due: () => 'an emergency deployment has to be reviewed',
  tier_lowered: () => 'it is in the strictest tier already',
  policy_mismatch: () => 'the policy it was submitted under is not at hand',
};

/** The modal. */
export function moreModal(
  request: {
    readonly id: string;
    readonly kind: RequestKind;
    readonly revision: string;
    readonly shortId: string;
    readonly title: string;
  },
  offers: readonly Offer[],
): Modal {
  const value = JSON.stringify({ r: request.id, v: request.revision });
  const offered: KnownBlock[] = offers
    .filter((offer) => offer.ok)
    .map(({ act }) => {
      const { label, about } = actWords(act);
      return section(
        `*${label}*\n${act === 'suspend' ? KIND_WORDS[request.kind].effect : about}`,
        button(label, `open_${act}`, value, DANGER.has(act) ? 'danger' : undefined),
      );
    });
  const withheld = offers.flatMap((offer) => {
    const why = offer.ok ? undefined : WHY[offer.reason];
    return offer.ok || why === undefined
      ? []
      : [`${WORDS[offer.act][0]}: ${inline(why(offer.detail, request.kind), 300)}`];
  });
  const rest: KnownBlock[] =
    withheld.length === 0
      ? []
      : [divider(), context(`*Not offered to you*\n${withheld.map((w) => `• ${w}`).join('\n')}`)];
  return readingModal(request.shortId, [`*${request.shortId}* ${inline(request.title, 200)}`], [...offered, ...rest]);
}
