import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testRedis } from '../support/redis.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startPackline } from '../support/packline.ts';

const { url } = await testRedis();
const packline = await startPackline({
  redisUrl: url,
  sandbox: { speed: 20, picker: { stepMs: 1_000, outcome: 'exact' } },
});
afterAll(() => packline.close());

type Fault = Record<string, unknown>;
interface Case {
  name: string;
  /** Which call of this order it meets. */
  on: 'upsert' | 'dispatch';
  fault: Fault;
  times?: number;
}

const healing: Case[] = [
  { name: 'answers 500 twice', on: 'upsert', fault: { kind: 'status', status: 500 }, times: 2 },
  { name: 'answers 503 to the dispatch', on: 'dispatch', fault: { kind: 'status', status: 503 }, times: 1 },
  { name: 'is locked', on: 'upsert', fault: { kind: 'status', status: 409, code: 'ORDER_LOCK_CONTENTION' }, times: 1 },
  { name: 'asks to wait a second', on: 'upsert', fault: { kind: 'rateLimit', retryAfterSeconds: 1 }, times: 1 },
  {
    name: 'says 429 and not how long',
    on: 'dispatch',
    fault: { kind: 'rateLimit', retryAfterSeconds: null },
    times: 1,
  },
  { name: 'answers a web page', on: 'upsert', fault: { kind: 'garbage' }, times: 1 },
  {
    name: 'dispatches and answers a web page',
    on: 'dispatch',
    fault: { kind: 'garbage', afterEffect: true },
    times: 1,
  },
  { name: 'cuts the line before doing it', on: 'upsert', fault: { kind: 'dropBefore' }, times: 2 },
  { name: 'cuts the line before dispatching', on: 'dispatch', fault: { kind: 'dropBefore' }, times: 1 },
  { name: 'cuts the line after doing it', on: 'upsert', fault: { kind: 'dropAfter' }, times: 1 },
  { name: 'cuts the line after dispatching', on: 'dispatch', fault: { kind: 'dropAfter' }, times: 1 },
  {
    name: 'dispatches and answers 500',
    on: 'dispatch',
    fault: { kind: 'status', status: 500, afterEffect: true },
    times: 1,
  },
  { name: 'is slow', on: 'dispatch', fault: { kind: 'delay', ms: 1_500 }, times: 1 },
  { name: 'never answers', on: 'upsert', fault: { kind: 'hang' }, times: 1 },
  { name: 'never answers the dispatch', on: 'dispatch', fault: { kind: 'hang' }, times: 1 },
];

const refusing: (Case & { code: RegExp; source: string })[] = [
  {
    name: 'refuses the order as invalid',
    on: 'upsert',
    fault: { kind: 'status', status: 422, code: 'VALIDATION_ERRORS' },
    code: /^nash\./,
    source: 'nash',
  },
  {
    name: 'refuses the key',
    on: 'upsert',
    fault: { kind: 'status', status: 401, code: 'UNAUTHORIZED' },
    code: /^nash\./,
    source: 'you',
  },
  {
    name: 'forbids it',
    on: 'upsert',
    fault: { kind: 'status', status: 403, code: 'FORBIDDEN' },
    code: /^nash\./,
    source: 'you',
  },
  {
    name: 'is asked in the wrong region',
    on: 'upsert',
    fault: {
      kind: 'status',
      status: 404,
      body: {
        error: { code: 'MISSING_RESOURCE', message: 'API key not found' },
        response_status: '404',
        RequestID: 'r',
      },
    },
    code: /^nash\.wrong_region/,
    source: 'you',
  },
];

const pathOf = ({ on }: Case, externalId: string): string =>
  `/v1/order/external-identifier/${externalId}${on === 'dispatch' ? '/autodispatch' : ''}`;

const ids = new Map<string, string>();
const externalIdOf = (index: number, kind: string): string => `fault-${kind}-${index}`;

async function begin(item: Case, externalId: string): Promise<void> {
  const { fault, times } = item;
  await packline.control('POST', '/faults', {
    match: { partner: 'nash', method: 'POST', path: pathOf(item, externalId) },
    ...(times === undefined ? {} : { times }),
    fault,
  });
  const answer = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), {
    'idempotency-key': externalId,
  });
  ids.set(externalId, String(answer.body['id']));
}

beforeAll(async () => {
  await Promise.all(healing.map((item, index) => begin(item, externalIdOf(index, 'heals'))));
  await Promise.all(refusing.map((item, index) => begin(item, externalIdOf(index, 'refused'))));
});

const read = async (externalId: string) => (await packline.call('GET', `/v1/orders/${ids.get(externalId)}`)).body;

describe('when Nash, for one order,', () => {
  it.each(healing.map((item, index) => ({ ...item, externalId: externalIdOf(index, 'heals') })))(
    '$name ($on), it is created and dispatched once all the same, and delivered',
    { timeout: 60_000 },
    async ({ externalId }) => {
      await vi.waitFor(
        async () => expect(await read(externalId)).toMatchObject({ status: 'DELIVERED', problems: [] }),
        {
          timeout: 50_000,
          interval: 200,
        },
      );
      expect(packline.sandbox.books.effectsOf('org_demo', externalId)).toMatchObject({
        'order.created': 1,
        'order.dispatched': 1,
        'job.created': 1,
      });
    },
  );

  it(
    'refuses it, it stays where it is, says why and by whom, and is an issue that is retried as one and clears itself',
    { timeout: 60_000 },
    async () => {
      const openIssues = async () =>
        (await packline.call('GET', '/v1/issues?status=open')).body['data'] as {
          id: string;
          code: string;
          orderIds: string[];
        }[];
      for (const [index, { code, source }] of refusing.entries()) {
        const externalId = externalIdOf(index, 'refused');
        const problems = [{ code: expect.stringMatching(code), source }];
        await vi.waitFor(async () => expect(await read(externalId)).toMatchObject({ status: 'RECEIVED', problems }), {
          timeout: 15_000,
          interval: 100,
        });
        const orderIds = expect.arrayContaining([ids.get(externalId)]);
        expect(await openIssues()).toContainEqual(
          expect.objectContaining({ code: expect.stringMatching(code), orderIds }),
        );
      }

      await packline.control('DELETE', '/faults');
      for (const { id } of await openIssues()) await packline.call('POST', `/v1/issues/${id}/retry`, {});
      for (const [index] of refusing.entries()) {
        const externalId = externalIdOf(index, 'refused');
        await vi.waitFor(
          async () => expect(await read(externalId)).toMatchObject({ status: 'DELIVERED', problems: [] }),
          {
            timeout: 20_000,
            interval: 100,
          },
        );
      }
      // That a connection works again is told within a minute (test/queues/turn-connection.test.ts).
      expect((await openIssues()).filter(({ code }) => code !== 'connection.unhealthy')).toEqual([]);
    },
  );
});
