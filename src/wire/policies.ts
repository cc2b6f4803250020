/** Approval policies by hash: a request is judged by the version it was submitted under. */
import type { PolicyInForce } from '#src/approvals/commands.ts';
import { parseStoredPolicy } from '#src/delivery/policy/version.ts';
import type { Ledger } from '#src/delivery/ports.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';

/** A reader that keeps what it parsed; null for a version that is not stored or cannot be read any more. */
export function policyReader(
  ledger: Pick<Ledger, 'readObject'>,
  inForce: LoadedPolicy,
): (hash: string) => Promise<PolicyInForce | null> {
  const known = new Map<string, PolicyInForce>();
  return async (hash) => {
    if (hash === inForce.hash) return { hash: inForce.hash, policy: inForce.policy };
    const kept = known.get(hash);
    if (kept !== undefined) return kept;
    const object = await ledger.readObject(hash);
    const stored = object === null ? null : parseStoredPolicy(object.bytes, hash);
    if (stored !== null) known.set(hash, stored.policy);
    return stored?.policy ?? null;
  };
}
