/** Roles that the approval policy counts on, and which of them nobody holds. */
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import { type Assignment, holdersOf } from './directory.ts';

/** What a role is needed for, in the policy's words. */
export type RoleUse =
  | 'quorum'
  | 'veto'
  | 'chair'
  | 'consulted'
  | 'informed'
  | 'escalation'
  | 'suspend'
  | 'revoke'
  | 'close'
  | 'controls';

/** Each role the policy names, with what it is needed for. */
export function rolesNeeded(policy: ApprovalPolicy): ReadonlyMap<string, readonly RoleUse[]> {
  const uses = new Map<string, Set<RoleUse>>();
  const add = (use: RoleUse, roles: readonly string[]): void => {
    for (const role of roles) uses.set(role, (uses.get(role) ?? new Set()).add(use));
  };
  for (const kind of Object.values(policy.kinds)) {
    if (kind === undefined) continue;
    add('chair', [kind.chair]);
    add('suspend', kind.suspend);
    add('revoke', kind.revoke);
    add('close', kind.close);
    add('controls', [kind.controlsConfirmedBy]);
    for (const tier of Object.values(kind.tiers)) {
      for (const slot of tier.quorum) add('quorum', slot.anyOf);
      add('veto', tier.veto);
      add(
        'consulted',
        tier.consulted.map(({ role }) => role),
      );
      add('informed', tier.informed);
      add('escalation', [tier.escalation.to]);
    }
  }
  return new Map([...uses].map(([role, set]) => [role, [...set]]));
}

export type UnfilledRole = { readonly role: string; readonly for: readonly RoleUse[] };

/** The needed roles that nobody holds in their own right now; those of a quorum first. */
export function unfilledRoles(
  needed: ReadonlyMap<string, readonly RoleUse[]>,
  assignments: readonly Assignment[],
  now: Date,
): readonly UnfilledRole[] {
  return [...needed]
    .filter(([role]) => !holdersOf(assignments, role, now).some((a) => a.deputyOf === null))
    .map(([role, uses]) => ({ role, for: uses }))
    .sort((a, b) => Number(b.for.includes('quorum')) - Number(a.for.includes('quorum')) || (a.role < b.role ? -1 : 1));
}
