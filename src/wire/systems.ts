/** The gate, and the desks of systems, people, incidents and risks, on an open core. */
import { csvRows } from '#src/adapters/parse/csv.ts';
import { createGateDesk, type GateDesk } from '#src/delivery/gate/desk.ts';
import { gateTokenOf, type TokenDeps } from '#src/delivery/gate/tokens.ts';
import { takeTable } from '#src/delivery/inbox/governance/tables.ts';
import type { HandlerDeps } from '#src/delivery/inbox/handler-deps.ts';
import { createPolicyVote, type PolicyVote } from '#src/delivery/policy/vote.ts';
import { createSystemsDesk, type SystemsDesk } from '#src/delivery/systems/desk.ts';
import { createEvidenceDesk, type EvidenceDesk } from '#src/delivery/systems/evidence.ts';
import { followFile } from '#src/delivery/systems/files.ts';
import { createFollower, type Follower } from '#src/delivery/systems/follower.ts';
import { createIncidentDesk, type IncidentDesk } from '#src/delivery/systems/incidents.ts';
import { createRiskDesk, type RiskDesk } from '#src/delivery/systems/risks.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { ImportError } from '#src/knowledge/importers/errors.ts';
import { createRateLimit } from '#src/systems/rate-limit.ts';
import { createGateApi } from '#src/web/gate-api.ts';
import type { Handler } from '#src/web/server.ts';
import type { Core } from './core.ts';
import { type Governance, type Rules, takeRecordedRules } from './governance.ts';
import { newId, newNonce, random } from './ids.ts';
import type { Log } from './log.ts';

/** How often counted repeats of the gate's answers are written. */
const FLUSH_EVERY_MS = 2_000;

export type Systems = Governance & {
  readonly votes: PolicyVote;
  readonly gate: GateDesk;
  readonly inventory: SystemsDesk;
  readonly incidents: IncidentDesk;
  readonly evidence: EvidenceDesk;
  readonly risks: RiskDesk;
  readonly follower: Follower;
  readonly deps: TokenDeps;
  readonly handlers: readonly Handler[];
  start(): void;
  stop(): Promise<void>;
};

export type SystemsParts = {
  readonly core: Core;
  readonly rules: Rules;
  readonly governance: Governance;
  /** Takes over what was accepted into the library or rolled back. */
  readonly knowledgeChanged: () => Promise<void>;
  readonly committed: () => void;
  readonly log: Log;
};

/** Where tables go that administrators bring. */
export function tablesOf({ stores, now }: Core, systems: Systems): HandlerDeps['tables'] {
  const { ledger, people } = stores;
  const desks = { directory: systems.people, systems: systems.inventory, risks: systems.risks };
  const deps = { ...desks, ledger, personFor: (user: string) => people.personFor(user, null), now };
  return {
    rows: (bytes, name) =>
      csvRows(bytes, name).catch((error: unknown) => {
        if (error instanceof ImportError) return null;
        throw error;
      }),
    take: (kind, rows, by) => takeTable(deps, kind, rows, by),
  };
}

/** Puts them together; nothing runs before `start`. */
export function openSystems({ core, rules, governance, knowledgeChanged, committed, log }: SystemsParts): Systems {
  const { ledger, records, gate: store } = core.stores;
  const { recorder, now } = core;
  const deps = { ledger, recorder, now, newId, committed, records, randomBytes: random };
  const gate = createGateDesk({ ...deps, gate: store, settings: () => rules.gate.settings });
  const inventory = createSystemsDesk(deps);
  const incidents = createIncidentDesk({ ...deps, requests: core.desk, policy: () => rules.policy.policy });
  const failed = (what: string) => (error: unknown) => log.error({ what, err: error }, 'work failed');
  const api = createGateApi({
    desk: gate,
    tokenOf: (bearer) => gateTokenOf(records, bearer),
    settings: () => rules.gate.settings,
    limit: createRateLimit(),
    now,
    onError: failed('gate'),
  });
  const votes = createPolicyVote({
    policies: governance.policies,
    desk: core.desk,
    ledger,
    admins: async () => adminsAt((await governance.people.read()).assignments.values(), now()),
    newNonce,
    now,
  });
  const follower = createFollower({
    ledger,
    records,
    requests: core.desk,
    systems: inventory,
    enforceHold: incidents.enforce,
    fileChanged: (sha256) => followFile({ ledger, requests: core.desk }, sha256),
    votedOn: votes.settle,
    rulesChanged: () => takeRecordedRules(governance, rules),
    knowledgeChanged,
    onError: failed('follower'),
  });
  let clock: NodeJS.Timeout | null = null;
  return {
    ...governance,
    votes,
    gate,
    inventory,
    incidents,
    evidence: createEvidenceDesk({ ...deps, roster: core.desk.roster }),
    risks: createRiskDesk(deps),
    follower,
    deps,
    handlers: [api],
    start() {
      follower.wake();
      clock = setInterval(() => {
        void gate.flush().catch(failed('gate counts'));
        // What the command line or another server committed.
        follower.wake();
      }, FLUSH_EVERY_MS);
      clock.unref();
    },
    async stop() {
      if (clock) clearInterval(clock);
      await follower.stop();
      await gate.flush();
    },
  };
}
