import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes of failovers, which depend on a machine that does not stall: `npm run faults -- --proofs` runs them.
    exclude: process.env['PACKLINE_LONG_TESTS'] === 'true' ? [] : ['test/faults/topologies.test.ts'],
    globalSetup: ['test/support/redis-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // The proofs wait for other processes most of the time: two files go on beside each other on a small machine, too.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
