/** A stored version of the approval policy: its data as written, and what the parser makes of it. */
import type { PolicyInForce } from '#src/approvals/commands.ts';
import { parsePolicy } from '#src/approvals/policy.ts';
import { policyDifference } from '#src/approvals/policy-difference.ts';
import type { PolicyProposal } from '#src/directory/policies.ts';
import type { PolicyDesk } from './desk.ts';

export type PolicyVersion = { readonly data: unknown; readonly policy: PolicyInForce };

/** Reads a version; null where it is not stored, or cannot be read by this version of Countersign. */
export async function readPolicyVersion(
  policies: Pick<PolicyDesk, 'bytesOf'>,
  sha256: string,
): Promise<PolicyVersion | null> {
  const bytes = await policies.bytesOf(sha256);
  return bytes === null ? null : parseStoredPolicy(bytes, sha256);
}

/** A version from its bytes; null where they are not what the hash says, or cannot be read by this version. */
export function parseStoredPolicy(bytes: Uint8Array, sha256: string): PolicyVersion | null {
  const data: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const parsed = parsePolicy({ file: 'a stored policy', data, locate: () => null });
  return parsed.ok && parsed.hash === sha256 ? { data, policy: { hash: sha256, policy: parsed.policy } } : null;
}

/** What a waiting policy changes of the one in force, in words; null where it cannot be read. */
export async function rulesDifference(
  policies: Pick<PolicyDesk, 'read' | 'bytesOf'>,
  { to }: PolicyProposal,
): Promise<readonly string[] | null> {
  const current = (await policies.read()).inForce.get('approval-policy');
  if (current === undefined) return null;
  const [before, after] = await Promise.all([current, to].map(({ sha256 }) => readPolicyVersion(policies, sha256)));
  return before && after ? policyDifference(before.data, after.data) : null;
}
