/** Keeps in the request what stands in the way of the requests it rests on, so that every reader sees the same. */
import { basisOf, flawsInWords } from './basis.ts';
import { canonicalJson } from './canonical.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { isOpen } from './timers.ts';

/** Records what changed about the basis of an open request; nothing where it rests on nothing. */
export function refreshBasis(recorder: OpenRecorder): void {
  const { state, command, nowMs } = recorder;
  if (!isOpen(state)) return;
  const found = basisOf({ ...state, tier: state.terms.tier }, command.related ?? [], nowMs);
  if (found !== null && canonicalJson(found) !== canonicalJson(state.basis))
    emit(recorder, 'basis.checked', found, 'service');
}

/** A document that names a use case has to stay inside it: said at once, not after the votes. */
export function insideUseCase(recorder: OpenRecorder): Handled {
  refreshBasis(recorder);
  const { state } = recorder;
  const flaws = state.basis?.useCase ?? [];
  if (flaws.length === 0 || state.document.kind !== 'deployment') return null;
  return refuse('outside_use_case', ...flawsInWords(flaws, state.document));
}
