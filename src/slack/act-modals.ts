/** The forms of the acts on a request. Each shows what it is about, asks for what is needed, and says what follows. */
import type { AboutRequest } from '#src/delivery/forms/about.ts';
import { shownTo } from '#src/delivery/requests/desk.ts';
import type { ActModalInput, Drawn } from './act-input.ts';
import { section } from './blocks/build.ts';
import { formModal, type Modal } from './blocks/modal.ts';
import { titleOf } from './blocks/request-facts.ts';
import { inline } from './blocks/text.ts';
import { voteModal } from './blocks/vote-form.ts';
import { voteView } from './blocks/vote-view.ts';
import { speakingModal } from './review-modals.ts';
import { revisionModal } from './revision-modals.ts';
import { standingModal } from './standing-modals.ts';

/** The form of an act for one person. */
export function actModal(input: ActModalInput): Modal {
  const { state, act } = input;
  const about: AboutRequest = { r: state.id, v: state.revision.hash };
  const intro = `*${state.shortId}* ${inline(titleOf(state), 200)}`;
  const drawn: Drawn = { ...input, about, meta: JSON.stringify(about), intro };
  if (act === 'vote') {
    const card = shownTo(state).sha256;
    return voteModal(voteView(state, input.person, input.context), JSON.stringify({ ...about, card }), {}, 1);
  }
  return speakingModal(drawn) ?? revisionModal(drawn) ?? standingModal(drawn) ?? unknownAct(intro);
}

function unknownAct(intro: string): Modal {
  return { ...formModal('unknown', '', 'Countersign', [section(`${intro}\nThis is not offered any more.`)]) };
}
