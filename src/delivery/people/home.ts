/** What App Home shows beside requests: a person's systems; to administrators what waits and which roles are unfilled. */
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import { adminsAt, changeSchema } from '#src/directory/governed.ts';
import { rolesNeeded, unfilledRoles } from '#src/directory/unfilled.ts';
import type { Ledger } from '../ports.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';
import { type Bulletin, changeWords, proposalButtons, voteButton } from './notices.ts';

export type HomePart = Pick<Bulletin, 'title' | 'lines' | 'buttons'>;

export type HomeDeps = {
  readonly ledger: Pick<Ledger, 'listAssignments'>;
  readonly records: Pick<RecordStore, 'list'>;
  readonly policy: () => ApprovalPolicy;
  readonly now: () => Date;
};

/** Lines of one part; the rest is counted. */
const LINES = 12;
const PROPOSALS = 3;

/** The parts for one person, empty ones left out (screens.md, "App Home"). */
export async function homeParts(deps: HomeDeps, person: string): Promise<readonly HomePart[]> {
  const [systems, held] = await Promise.all([
    deps.records.list({ kind: 'system', parent: person, limit: 100 }),
    deps.ledger.listAssignments(),
  ]);
  const parts: HomePart[] = [];
  if (systems.length > 0) parts.push({ title: 'Your systems', lines: cut(systems.map(systemLine)), buttons: [] });
  const now = deps.now();
  if (!adminsAt(held, now).has(person)) return parts;
  const missing = unfilledRoles(rolesNeeded(deps.policy()), held, now);
  if (missing.length > 0) {
    const lines = missing.map(({ role, for: uses }) => `${role}: needed for ${uses.join(', ')}`);
    parts.push({ title: `Roles that nobody holds (${missing.length})`, lines: cut(lines), buttons: [] });
  }
  return [...parts, ...(await waiting(deps))];
}

async function waiting({ records }: HomeDeps): Promise<readonly HomePart[]> {
  const [directory, policy] = await Promise.all([
    records.list({ kind: 'proposal', status: ['open'], limit: 20 }),
    records.list({ kind: 'policy-proposal', status: ['open'], limit: 20 }),
  ]);
  const parts = [
    ...directory.map((row): HomePart => {
      const changes = changesOf(row);
      return { title: 'Proposal: the directory', lines: cut(changes), buttons: proposalButtons('directory', row.id) };
    }),
    ...policy.map((row): HomePart => {
      const title = `Proposal: a new ${(row.parent ?? 'policy').replace('-', ' ')}`;
      if (row.parent === 'approval-policy') return { title, ...policyPart(row) };
      return { title, lines: [], buttons: proposalButtons('policy', row.id) };
    }),
  ];
  const more = parts.length - PROPOSALS;
  if (more <= 0) return parts;
  return [
    ...parts.slice(0, PROPOSALS),
    { title: `${more} more proposals wait`, lines: ['"/governance proposals"'], buttons: [] },
  ];
}

/** A policy that waits: with the button that puts it to the vote, or the request by which it is decided. */
function policyPart({ id, state }: RecordRow): Omit<HomePart, 'title'> {
  const { to, vote } = (state ?? {}) as Readonly<{ to?: { version?: unknown }; vote?: unknown }>;
  const version = String(to?.version ?? '');
  const lines = [`Version ${version}. "/governance policy" shows what it changes.`];
  if (typeof vote === 'string') return { lines: [...lines, `The committee decides on it as ${vote}.`], buttons: [] };
  return { lines, buttons: [voteButton(id, version)] };
}

function changesOf({ state }: RecordRow): readonly string[] {
  const changes = typeof state === 'object' && state !== null && 'changes' in state ? state.changes : [];
  const parsed = changeSchema.array().safeParse(changes);
  return parsed.success ? parsed.data.map(changeWords) : [];
}

function systemLine({ id, status, state }: RecordRow): string {
  const { name, tier, approvalDue } = (state ?? {}) as Readonly<Record<string, unknown>>;
  const due = typeof approvalDue === 'string' ? `, approval due ${approvalDue.slice(0, 10)}` : '';
  return `${typeof name === 'string' ? name : id}: ${status.replace('_', ' ')}${typeof tier === 'string' ? `, ${tier} tier` : ''}${due}`;
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= LINES ? [...lines] : [...lines.slice(0, LINES), `and ${lines.length - LINES} more`];
}
