/** The gate, and the desks of systems, people, incidents and risks, on an open core. */
import { createGateDesk, type GateDesk } from '#src/delivery/gate-desk.ts';
import { gateTokenOf, type TokenDeps } from '#src/delivery/gate-tokens.ts';
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
  readonly deps: TokenDeps;
  readonly handlers: readonly Handler[];
  start(): void;
  stop(): Promise<void>;
};

export type SystemsParts = {
  readonly core: Core;
  readonly settings: GateSettings;
  readonly committed: () => void;
  readonly log: Log;
};

/** Puts them together; nothing runs before `start`. */
export function openSystems({ core, settings, committed, log }: SystemsParts): Systems {
  const { ledger, records, gate: store } = core.stores;
  const { recorder, now } = core;
  const deps: TokenDeps = { ledger, recorder, now, newId, committed, records, randomBytes: random };
  const gate = createGateDesk({ ...deps, gate: store, settings: () => settings });
  const failed = (what: string) => (error: unknown) => log.error({ what, err: error }, 'work failed');
  const api = createGateApi({
    desk: gate,
    tokenOf: (bearer) => gateTokenOf(records, bearer),
    settings: () => settings,
    limit: createRateLimit(),
    now,
    onError: failed('gate'),
  });
  let clock: NodeJS.Timeout | null = null;
  return {
    gate,
    deps,
    handlers: [api],
    start() {
      clock = setInterval(() => void gate.flush().catch(failed('gate counts')), FLUSH_EVERY_MS);
      clock.unref();
    },
    async stop() {
      if (clock) clearInterval(clock);
      await gate.flush();
    },
  };
}
