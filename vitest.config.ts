import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes of failovers, which depend on a machine that does not stall: `npm run faults -- --proofs` runs them.
    exclude: process.env['PACKLINE_LONG_TESTS'] === 'true' ? [] : ['test/faults/topologies.test.ts'],
    globalSetup: ['test/support/redis-server.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Files share a process and what it has loaded: a third of the work was loading the same modules for each of them.
    isolate: false,
    // Each of the proofs starts an installation of several processes: more of them at once starve each other on two cores.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Every process that a test starts loads the same sources: half of its start is compiling them.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/packline-compiled', import.meta.url)) },
    reporters: ['default'],
  },
});
