/** `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (numbers in Prometheus' text format). */
import type { Handler } from './server.ts';
import { isReading, pathOf, sendJson, sendText } from './server.ts';

/** One check of readiness: null when well, else what is wrong in words. */
export type Check = { readonly name: string; readonly run: () => Promise<string | null> };

/** One number. Names end in their unit. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly value: number;
};

export type HealthDeps = {
  readonly checks: readonly Check[];
  /** Sizes of the log, shown beside the checks. */
  readonly log: () => Promise<Readonly<Record<'sequenced' | 'integrated' | 'published', number>>>;
  readonly metrics: () => Promise<readonly Metric[]>;
};

/** The three paths; anything else is not its own. */
export function createHealth(deps: HealthDeps): Handler {
  return async (req, res) => {
    if (!isReading(req)) return false;
    const path = pathOf(req);
    if (path === '/healthz') {
      sendText(res, 200, 'ok\n');
      return true;
    }
    if (path === '/readyz') {
      const results = await Promise.all(
        deps.checks.map(async (check) => ({ name: check.name, problem: await guarded(check) })),
      );
      const well = results.every((result) => result.problem === null);
      const log = await deps.log().catch(() => null);
      sendJson(res, well ? 200 : 503, { ready: well, checks: results, log });
      return true;
    }
    if (path === '/metrics') {
      sendText(res, 200, render(await deps.metrics()), 'text/plain; version=0.0.4');
      return true;
    }
    return false;
  };
}

async function guarded(check: Check): Promise<string | null> {
  try {
    return await check.run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function render(metrics: readonly Metric[]): string {
  return metrics
    .map(
      (m) =>
        `# HELP countersign_${m.name} ${m.help}\n# TYPE countersign_${m.name} ${m.type}\ncountersign_${m.name} ${m.value}\n`,
    )
    .join('');
}
