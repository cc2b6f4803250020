/**
 * One table: refusal code -> what the person reads. Each says what happened, what was kept, and what to do next; none
 * blames. `{0}`, `{1}` take the facts of the refusal, already escaped; `{id}` the request's short id, `{yours}` what
 * puts somebody on its asking side.
 */
import type { Refusal } from '#src/approvals/commands.ts';
import type { RequestKind } from '#src/approvals/document.ts';
import type { OTHER_REFUSALS } from '#src/delivery/inbox/intents.ts';
import { KIND_WORDS } from './kind-words.ts';
import { inline } from './text.ts';

export type RefusalCode = Refusal | (typeof OTHER_REFUSALS)[number];

const MESSAGES: Readonly<Record<RefusalCode, string>> = {
  already_decided: '{id} is decided already, so nothing was changed. The card shows the decision.',
  already_submitted: '{id} was submitted before. Nothing was changed; the card is in the committee channel.',
  already_voted:
    'Your vote on this revision of {id} is recorded as it stands. To change it, choose another vote in "Review and vote".',
  by_service_only: 'Countersign does this by itself when it is due. Nothing was changed.',
  condition_confirmed: 'That condition of {id} is confirmed already. Nothing was changed.',
  condition_owner:
    'Whoever has to meet a condition cannot confirm it. Somebody else holding {0} has to confirm it; it stays open.',
  conditions_changed:
    'The conditions of {id} changed since this was shown. Nothing was accepted; open "Conditions" again and look at the new ones.',
  conditions_required:
    'An approval with conditions needs at least one condition. Your vote was not counted; add a condition, or approve without.',
  conflict_required: 'To step back, name the conflict, so that the record can show it. Nothing was recorded yet.',
  deadline_passed: 'The time to decide {id} is over, so this was not counted. It may be asked for again.',
  duplicate_command: 'This was recorded before; nothing was done twice.',
  evidence_missing:
    'Some evidence is missing or cannot serve: {0}. Nothing was recorded; upload the file or add a link for each, and send it again.',
  expiry_beyond_maximum:
    'The end date lies beyond what the policy permits ({0}). Nothing was submitted; choose an earlier date.',
  expiry_in_past: 'The end date lies in the past. Nothing was submitted; choose a later date.',
  expiry_too_soon:
    'The review alone lasts until {0}, so it would end before it could be approved. Nothing was submitted; choose a later date.',
  invalid: 'Something in the form does not fit: {0}. Nothing was changed; correct it and send it again.',
  kind_not_in_policy:
    'The approval policy in force says nothing about requests of this kind ({0}), so nobody could decide it. Nothing was submitted; the policy has to be extended first.',
  link_only:
    'Condition {0} of {id} cannot be confirmed by a link: on this tier its owner uploads the document with "/governance evidence {id}". Nothing was confirmed; the condition stays open.',
  no_break_glass_role:
    'An emergency deployment needs one of these roles: {0}. Nothing was deployed; ask a holder, or submit a regular request.',
  no_conditions_offered: 'No conditions of {id} are waiting for an answer. Nothing was changed.',
  no_information_asked: 'Nobody asked for information on {id}. Nothing was changed; use a comment instead.',
  no_rejection: 'There is no rejection on {id} to settle. Nothing was changed.',
  no_vote: 'You have no vote on {id} to take back. Nothing was changed.',
  not_chair: 'This is for the chair ({0}). Nothing was changed.',
  not_consulted: 'Your roles are not consulted on {id}. Nothing was recorded; a comment is open to everybody.',
  not_decided: '{id} is not decided yet, so this cannot be done. Nothing was changed.',
  not_in_force: '{id} is not in force, so this cannot be done. Nothing was changed.',
  not_narrower:
    'The proposed scope is not narrower than the request. Nothing was recorded; a wider scope needs a new request.',
  not_requester: 'Only the requester of {id} can do this. Nothing was changed.',
  not_submitted: 'That request is not known here. Nothing was changed; check the number with `/governance status`.',
  not_suspended: '{id} is not suspended. Nothing was changed.',
  nothing_changed: 'Nothing in {id} was different, so no revision was made and the votes stand.',
  old_revision:
    '{id} was revised after this card was shown, so your vote was not counted. The card shows the new revision; look at it and vote again.',
  outside_use_case:
    'It does not fit the use case that it names: {0}. Nothing was changed; correct it, or have the use case approved anew.',
  policy_mismatch:
    '{id} is judged by the approval policy it was submitted under, which is not at hand. Nothing was changed; tell an admin.',
  quorum_unreachable:
    'Nobody can fill these places now: {0}. Nothing was submitted; an admin has to name holders first.',
  review_due:
    '{id} was an emergency deployment, and its review is open, so it cannot be withdrawn. Nothing was changed; answer the reviewers.',
  reason_required:
    'A reason is needed here, because the record must show it. Nothing was recorded yet; write one sentence and send it again.',
  recused: 'You stepped back from {id}, so nothing more is counted from you. Others decide.',
  request_full: '{id} has reached the number of records it can hold. Nothing was added; submit a new request.',
  role_missing: 'Your roles do not decide on {id}, so nothing was counted. It is waiting for: {0}.',
  self_approval:
    'You {yours}, so you cannot decide on it (separation of duties, POL-5.1). Nothing was counted. Waiting for: {0}.',
  spoken_for: 'Somebody already voted on {id} for the person you stand in for. Nothing was counted twice.',
  tier_lowered: 'The tier follows from the answers; a person may raise it, never lower it. Nothing was submitted.',
  too_large: 'The text is too long to be kept as evidence. Nothing was submitted; shorten it, and link the rest.',
  unknown_condition: 'That condition is not part of {id}. Nothing was changed.',
  unknown_meeting: 'That meeting record is not part of {id}. Nothing was changed.',
  unknown_proposal: 'That proposal is no longer open on {id}. Nothing was changed.',
  wrong_basis: 'The request named here is not an approval in force of the same thing. Nothing was changed.',
  wrong_kind: 'This does not exist for a request of this kind. Nothing was changed.',
  unknown_request: 'No request with that number is known here. Nothing was changed; see `/governance status`.',
  which_request:
    'Which request? Write its number behind the word, for instance `/governance {0} DR-12`; `/governance status` lists what is open.',
  no_file_to_attest: 'No captured file of {id} waits for somebody to stand for it. Nothing was changed.',
  no_open_condition: 'No condition of {id} waits for you. Nothing was changed; "Details" shows all of them.',
  unknown_command:
    'That command is not known. Try `/governance deploy`, `/governance status` or `/governance help`. Nothing was changed.',
  prohibited:
    'The policy prohibits this use ({0}), so it was refused and recorded as {id}. The Chief AI Officer can explain the rule.',
  not_for_your_roles: 'On {id} this is for holders of {0}. Nothing was changed.',
  no_policy:
    'No approval policy is in force, so nothing can be decided (closed by default). An admin has to put one in force.',
  question_too_long: 'The question is too long to be answered. Ask it in one or two sentences.',
  system_error:
    'This could not be done because of a fault on our side. It is kept and will be tried again by itself; nothing needs to be sent twice.',
};

/** The request that a refusal is about. */
type RefusedRequest = { readonly shortId: string; readonly kind: RequestKind };

/** A fact inside a sentence that goes on or has a full stop of its own. */
const fact = (text: string): string => inline(text.replace(/\.\s*$/, ''), 200);

/** The sentence for a refusal; `request` is null where it is about none. */
export function renderRefusal(code: RefusalCode, detail: readonly string[], request: RefusedRequest | null): string {
  const id = request === null ? null : inline(request.shortId, 20);
  return MESSAGES[code]
    .replace(/\{yours\}/g, KIND_WORDS[request?.kind ?? 'deployment'].yours(id ?? 'the request'))
    .replace(/\{id\}/g, id ?? 'The request')
    .replace(/\{(\d)\}/g, (_, n: string) => {
      const facts = n === '0' ? detail.map(fact).join('; ') : fact(detail[Number(n)] ?? '');
      return facts.length > 0 ? facts : 'see the card';
    });
}
