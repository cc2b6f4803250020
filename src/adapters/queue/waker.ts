import type { PgBoss } from 'pg-boss';

/** Wakes the sweeper: at a call of any replica, and every minute. */
export type Waker = {
  /** Asks one replica to sweep now; several calls that wait together count as one. */
  wake(): Promise<void>;
  stop(): Promise<void>;
};

const QUEUE = 'sweep';

/**
 * Starts pg-boss in its own schema `pgboss`. It carries no work: what is due stands in our tables, and a lost or doubled
 * job loses or doubles nothing. Loaded on demand, and to be started after the server is ready: the first start makes its
 * tables.
 * @param onWake called at each wake-up; a rejection is logged and the next minute tries again.
 */
export async function startWaker(deps: {
  readonly connectionString: string;
  readonly onWake: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Off in tests. Default: every minute. */
  readonly everyMinute?: boolean;
}): Promise<Waker> {
  const { PgBoss } = await import('pg-boss');
  const everyMinute = deps.everyMinute ?? true;
  const boss: PgBoss = new PgBoss({
    connectionString: deps.connectionString,
    application_name: 'countersign-queue',
    max: 2,
    useListenNotify: true,
    schedule: everyMinute,
  });
  boss.on('error', deps.onError);
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true, policy: 'short', retryLimit: 0, deleteAfterSeconds: 3600 });
  if (everyMinute) await boss.schedule(QUEUE, '* * * * *', {});
  await boss.work(QUEUE, { pollingIntervalSeconds: 10, notifyPollingIntervalSeconds: 60 }, async () => {
    try {
      await deps.onWake();
    } catch (error) {
      deps.onError(error);
    }
  });
  return {
    async wake() {
      // Null when one waits already (policy `short`): it will do.
      await boss.send(QUEUE, {});
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}
