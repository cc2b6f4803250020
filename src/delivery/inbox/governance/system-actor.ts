/** Who acts on the inventory, with the roles held now; a deputy acts for nobody here. */
import { adminsAt } from '#src/directory/governed.ts';
import type { SystemActor } from '#src/systems/decide-system.ts';
import type { GovernanceHandlerDeps } from './handler.ts';

/** Reads the roles that a person holds or was lent, and whether the person administers. */
export async function systemActorOf(deps: GovernanceHandlerDeps, person: string): Promise<SystemActor> {
  const [roster, directory] = await Promise.all([deps.roster(), deps.directory.read()]);
  const roles = roster.assignments.filter((a) => a.person === person && a.basis !== 'deputy').map((a) => a.role);
  return { person, roles, isAdmin: adminsAt(directory.assignments.values(), deps.now()).has(person) };
}
