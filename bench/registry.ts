import { accept } from './accept.ts';
import { backlog } from './backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { commit } from './commit.ts';
import { consolePages } from './console.ts';
import { crowd } from './crowd.ts';
import { deliveries } from './deliveries.ts';
import { flow } from './flow.ts';
import { gs1 } from './gs1.ts';
import { issues } from './issues.ts';
import { lastMile } from './last-mile.ts';
import { limit } from './limit.ts';
import { memory } from './memory.ts';
import { noisy } from './noisy.ts';
import { reconcile } from './reconcile.ts';
import { rows } from './rows.ts';
import { runs } from './runs.ts';
import { settlement } from './settlement.ts';
import { steady } from './steady.ts';
import { tracking } from './tracking.ts';
import { vtex } from './vtex-flow.ts';

/** In the order in which they are run. */
export const benchmarks: readonly Benchmark[] = [
  commit,
  accept,
  issues,
  settlement,
  steady,
  flow,
  vtex,
  deliveries,
  noisy,
  crowd,
  limit,
  backlog,
  reconcile,
  memory,
  gs1,
  rows,
  tracking,
  consolePages,
  lastMile,
  runs,
];
