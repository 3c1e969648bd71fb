import { describe, expect, test } from 'vitest';
import { checkImports } from './import-rules.ts';
import { readModule } from './read-module.ts';
import { listFiles, readModules } from './source-tree.ts';

const check = (path: string, text: string): string[] => checkImports([readModule(path, text)]);

describe('the code', () => {
  const modules = readModules(listFiles());

  test('is seen by the rules', () => {
    expect(modules.map((module) => module.path)).toEqual(
      expect.arrayContaining(['src/domain/order.ts', 'src/platform/config.ts', 'src/store/commit.ts']),
    );
  });

  test('imports only what the table of layers allows', () => {
    expect(checkImports(modules)).toEqual([]);
  });
});

describe('the table allows', () => {
  test.each([
    ['src/domain/order.ts', "import * as z from 'zod'; import type { Line } from './line.ts';"],
    ['src/platform/redis.ts', "import { Redis } from 'ioredis'; import { Failure } from '../domain/failure.ts';"],
    ['src/store/orders.ts', "import type { Redis } from 'ioredis'; import { now } from '../platform/clock.ts';"],
    [
      'src/connectors/fulfilment/nash/client.ts',
      "import { call } from '../../io.ts'; import { Failure } from '../../../domain/failure.ts';",
    ],
    ['src/connectors/fulfilment/vtex/client.ts', "import { token } from '../../vendor/vtex/token.ts';"],
    ['src/connectors/fulfilment/registry.ts', "import { nash } from './nash/index.ts';"],
    ['src/queues/run-worker.ts', "import { Worker } from 'bullmq'; import { commit } from '../store/commit.ts';"],
    ['src/delivery/attempt.ts', "import { deliveryAttempt } from '../queues/delivery-attempt.ts';"],
    ['src/ingress/app.ts', "import { Hono } from 'hono'; import { serve } from '@hono/node-server';"],
    [
      'src/ops/console.ts',
      "import { html } from 'hono/html'; import { Queue } from 'bullmq'; import { app } from '../ingress/app.ts';",
    ],
    ['src/sandbox/nash/orders.ts', "import { toGtin } from '../../domain/gs1.ts'; import { Hono } from 'hono';"],
    [
      'workers/order-import.ts',
      "import { due } from '../src/delivery/schedule.ts'; import { nash } from '../src/connectors/fulfilment/registry.ts';",
    ],
    ['workers/main.ts', "import { compose } from '../src/compose.ts'; const job = await import(`./${name}.ts`);"],
    ['src/compose.ts', "import { serve } from './ingress/app.ts'; import { start } from './sandbox/main.ts';"],
    ['src/cli/up.ts', "import { main } from '../main.ts';"],
    ['src/compose.ts', "import manifest from '../package.json' with { type: 'json' };"],
    ['src/platform/config.ts', 'export const port = process.env["PORT"];'],
    ['src/cli/packline.mjs', 'if (process.env.PACKLINE_NODE) run();'],
    [
      'src/store/orders.ts',
      "// import { Queue } from 'bullmq'\nconst text = \"import '../queues/jobs.ts'\"; // process.env",
    ],
    ['src/store/orders.ts', "import { argv } from 'node:process'; const { env } = settings; process.exitCode = 1;"],
    ['test/store/orders.test.ts', "import { Queue } from 'bullmq'; process.env.X = '1';"],
  ])('%s: %s', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});

describe('a planted violation is caught, with its line and what to do instead:', () => {
  test.each([
    ['src/domain/order.ts', "import { createHash } from 'node:crypto';", /:1 .*domain is pure/],
    ['src/domain/order.ts', "\nimport type { Clock } from '../platform/clock.ts';", /:2 .*itself and zod/],
    ['src/platform/log.ts', "import { orders } from '../store/orders.ts';", /platform may import only domain\./],
    ['src/store/orders.ts', "import { enqueue } from '../queues/enqueue.ts';", /as an argument/],
    ['src/store/orders.ts', "export * from '../queues/enqueue.ts';", /store may import/],
    ['src/store/orders.ts', "export { enqueue } from '../queues/enqueue.ts';", /store may import/],
    ['src/store/orders.ts', "type Job = import('../queues/enqueue.ts').Job;", /store may import/],
    ['src/store/orders.ts', "const queues = await import('../queues/enqueue.ts');", /store may import/],
    ['src/store/orders.ts', 'const queues = await import(path);', /computed path/],
    ['src/connectors/io.ts', "import { orders } from '../store/orders.ts';", /connectors may import/],
    [
      'src/connectors/oms/vtex/index.ts',
      "import { nash } from '../../fulfilment/nash/index.ts';",
      /nothing of each other/,
    ],
    [
      'src/connectors/fulfilment/vtex/index.ts',
      "import { nash } from '../nash/index.ts';",
      /src\/connectors\/vendor\//,
    ],
    ['src/connectors/vendor/vtex/token.ts', "import { vtex } from '../../oms/vtex/index.ts';", /vendor\/ knows none/],
    ['src/queues/dispatcher.ts', "import { nash } from '../connectors/fulfilment/registry.ts';", /queues may import/],
    ['src/delivery/attempt.ts', "import { app } from '../ingress/app.ts';", /delivery may import/],
    ['src/ingress/app.ts', "import { fanOut } from '../delivery/fan-out.ts';", /ingress may import/],
    ['src/ops/console.ts', "import { sandbox } from '../sandbox/main.ts';", /ops may import/],
    ['workers/order-import.ts', "import { app } from '../src/ingress/app.ts';", /workers may import/],
    ['workers/order-import.ts', "import { compose } from '../src/compose.ts';", /workers may import/],
    ['src/sandbox/nash/orders.ts', "import { Failure } from '../../domain/failure.ts';", /src\/domain\/gs1\.ts/],
    [
      'src/sandbox/nash/orders.ts',
      "import { wire } from '../../connectors/fulfilment/nash/wire.ts';",
      /sandbox may import/,
    ],
    ['src/compose.ts', "import { Queue } from 'bullmq';", /only queues, ops may know/],
    ['src/queues/enqueue.ts', "import type { Redis } from 'ioredis';", /only platform, store/],
    ['workers/order-import.ts', "import { Context } from 'hono';", /only ingress, ops, sandbox/],
    ['src/main.ts', "import { serve } from '@hono/node-server';", /only ingress, ops, sandbox/],
    ['src/store/orders.ts', "import { pino } from 'pino';", /only platform/],
    ['src/store/orders.ts', 'const url = process.env["REDIS_URL"];', /platform\/config\.ts/],
    ['src/cli/up.ts', 'const url = globalThis.process.env;', /reads process\.env/],
    ['src/store/orders.ts', 'const { env } = process;', /reads process\.env/],
    ['src/store/orders.ts', "import { env } from 'node:process';", /reads process\.env/],
    ['src/store/orders.ts', "import process from 'node:process';", /reads process\.env/],
    ['src/attic/orders.ts', 'export const a = 1;', /in no layer/],
    ['src/compose.ts', "import { testRedis } from '../test/support/redis.ts';", /in no layer/],
    ['src/store/orders.ts', "import manifest from '../../package.json' with { type: 'json' };", /in no layer/],
    ['src/store/orders.ts', "import { testRedis } from '../../test/support/redis.ts';", /in no layer/],
  ])('%s: %s', (path, text, message) => {
    const found = check(path, text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
    expect(found[0]?.startsWith(path)).toBe(true);
  });
});
