/**
 * What an approval means for the request it replaces: a newer version supersedes, a fresh decision on the same thing
 * renews it, or starts a suspended one again (WP-2.6.4, POL-6.4). Run from an outbox row, so that a crash loses nothing.
 */
import { basisIdsOf } from '#src/approvals/basis.ts';
import { isApproved } from '#src/approvals/timers.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import type { Desk, DeskCommand } from './desk.ts';

/** Draws the consequence once; a refusal (conditions still open, say) leaves it to the next event of the request. */
export async function followUp(desk: Pick<Desk, 'act' | 'read'>, requestId: string): Promise<void> {
  const record = await desk.read(requestId);
  const replaces = record?.state.document.replaces ?? null;
  if (record === null || replaces === null || !isApproved(record.state)) return;
  const old = await desk.read(replaces);
  if (old === null || old.state.supersededBy === requestId || old.state.renewedBy === requestId) return;
  const type = consequence(old.state, record.state);
  const command: DeskCommand = {
    type,
    commandId: `follow:${type}:${old.state.id}:${requestId}`,
    by: 'service',
    basis: record.state,
  };
  await desk.act(old.state.id, command);
}

function consequence(old: SubmittedState, fresh: SubmittedState): 'supersede' | 'renew' | 'reinstate' {
  if (old.document.kind === 'deployment' && fresh.document.kind === 'deployment') {
    const same =
      old.document.digest === fresh.document.digest && old.document.environment === fresh.document.environment;
    if (!same) return 'supersede';
  }
  return old.suspension === null ? 'renew' : 'reinstate';
}

/** Whether a deployment rests on an exception or a use case. */
export function restsOn(state: SubmittedState, basis: { readonly id: string; readonly shortId: string }): boolean {
  return basisIdsOf(state.document).some((id) => id === basis.id || id === basis.shortId);
}
