import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/nightly/**', 'node_modules/**'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is not a failure: what is waited for may take its time.
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Tests wait for databases and browsers most of the time: a machine of two cores runs two files at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    env: { TZ: 'Pacific/Kiritimati' },
  },
});
