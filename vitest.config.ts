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
    env: { TZ: 'Pacific/Kiritimati' },
  },
});
