import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/redis-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // The proofs wait for other processes most of the time: two files go on beside each other on a small machine, too.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
