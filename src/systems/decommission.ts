/**
 * Taking a system out of service (WP-2.6.5): a checklist whose steps are done by the roles that the whitepaper makes
 * responsible or accountable, and whose last step is the accountable role's own.
 */

export const DECOMMISSION_STEPS = [
  'consult_legal',
  'stop_traffic',
  'archive_model',
  'dispose_data',
  'revoke_access',
  'tell_teams',
  'confirm',
] as const;
export type DecommissionStep = (typeof DECOMMISSION_STEPS)[number];

const RESPONSIBLE = ['AI Maintenance Team', 'DevOps Team', 'Head of AI Operations'];

/** What a step asks for, and which roles may tick it off. */
export const CHECKLIST: Readonly<
  Record<DecommissionStep, { readonly words: string; readonly roles: readonly string[] }>
> = {
  consult_legal: {
    words: 'Legal and compliance were asked what must be kept, and for how long',
    roles: ['Legal Team', 'Compliance Team', 'Legal and Compliance Teams', 'Data Protection Officer'],
  },
  stop_traffic: { words: 'No traffic and no job reaches it in any environment', roles: RESPONSIBLE },
  archive_model: { words: 'Artefacts, prompts and configuration are archived under their digests', roles: RESPONSIBLE },
  dispose_data: {
    words: 'Its data is kept or destroyed as the retention rules say',
    roles: [...RESPONSIBLE, 'Data Governance Officer', 'Chief Data Officer'],
  },
  revoke_access: {
    words: 'Its credentials, tokens and network paths are withdrawn',
    roles: [...RESPONSIBLE, 'Security Team'],
  },
  tell_teams: { words: 'The teams that build on it were told', roles: [...RESPONSIBLE, 'AI Development Teams'] },
  confirm: {
    words: 'Everything above is done; the accountable role confirms it',
    roles: ['Data Governance Officer', 'Chief Technology Officer', 'Chief Data Officer'],
  },
};

/** A step that was ticked off. */
export type StepDone = {
  readonly step: DecommissionStep;
  readonly by: string;
  readonly role: string;
  readonly at: string;
};

/** Why a step cannot be ticked off; null when it can. The confirmation comes last, and from somebody who did no step. */
export function stepRefusal(
  done: readonly StepDone[],
  step: DecommissionStep,
  by: string,
): 'step_done' | 'steps_open' | 'own_steps' | null {
  if (done.some((one) => one.step === step)) return 'step_done';
  if (step !== 'confirm') return null;
  if (DECOMMISSION_STEPS.some((one) => one !== 'confirm' && !done.some((d) => d.step === one))) return 'steps_open';
  return done.some((one) => one.by === by) ? 'own_steps' : null;
}
