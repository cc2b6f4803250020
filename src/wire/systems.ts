/** The gate, and the desks of systems, people, incidents and risks, on an open core. */
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import { createGateDesk, type GateDesk } from '#src/delivery/gate-desk.ts';
import { gateTokenOf, type TokenDeps } from '#src/delivery/gate-tokens.ts';
import { createSystemsDesk, type SystemsDesk } from '#src/delivery/systems-desk.ts';
import { createFollower, type Follower } from '#src/delivery/systems-follower.ts';
import { createIncidentDesk, type IncidentDesk } from '#src/delivery/systems-incidents.ts';
import type { GateSettings } from '#src/systems/gate-settings.ts';
import { createRateLimit } from '#src/systems/rate-limit.ts';
import { createGateApi } from '#src/web/gate-api.ts';
import type { Handler } from '#src/web/server.ts';
import type { Core } from './core.ts';
import { newId, random } from './ids.ts';
import type { Log } from './log.ts';

/** How often counted repeats of the gate's answers are written. */
const FLUSH_EVERY_MS = 2_000;

export type Systems = {
  readonly gate: GateDesk;
  readonly inventory: SystemsDesk;
  readonly incidents: IncidentDesk;
  readonly follower: Follower;
  readonly deps: TokenDeps;
  readonly handlers: readonly Handler[];
  start(): void;
  stop(): Promise<void>;
};

export type SystemsParts = {
  readonly core: Core;
  readonly settings: GateSettings;
  readonly policy: () => ApprovalPolicy;
  readonly committed: () => void;
  readonly log: Log;
};

/** Puts them together; nothing runs before `start`. */
export function openSystems({ core, settings, policy, committed, log }: SystemsParts): Systems {
  const { ledger, records, gate: store } = core.stores;
  const { recorder, now } = core;
  const deps = { ledger, recorder, now, newId, committed, records, randomBytes: random };
  const gate = createGateDesk({ ...deps, gate: store, settings: () => settings });
  const inventory = createSystemsDesk(deps);
  const incidents = createIncidentDesk({ ...deps, requests: core.desk, policy });
  const failed = (what: string) => (error: unknown) => log.error({ what, err: error }, 'work failed');
  const api = createGateApi({
    desk: gate,
    tokenOf: (bearer) => gateTokenOf(records, bearer),
    settings: () => settings,
    limit: createRateLimit(),
    now,
    onError: failed('gate'),
  });
  const follower = createFollower({
    ledger,
    records,
    requests: core.desk,
    systems: inventory,
    enforceHold: incidents.enforce,
    onError: failed('follower'),
  });
  let clock: NodeJS.Timeout | null = null;
  return {
    gate,
    inventory,
    incidents,
    follower,
    deps,
    handlers: [api],
    start() {
      follower.wake();
      clock = setInterval(() => void gate.flush().catch(failed('gate counts')), FLUSH_EVERY_MS);
      clock.unref();
    },
    async stop() {
      if (clock) clearInterval(clock);
      await follower.stop();
      await gate.flush();
    },
  };
}
