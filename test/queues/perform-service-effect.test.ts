import { beforeEach, expect, it } from 'vitest';
import type { Booking, ServiceToBook } from '../../src/connectors/carriers/port.ts';
import { toServiceRequest } from '../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import { book } from '../../src/fulfilment/hand-over-service.ts';
import type { OpenCarrier, WorkerDeps } from '../../src/fulfilment/deps.ts';
import { intentLeaseMs } from '../../src/queues/perform-effect.ts';
import { newId, type StoreDeps } from '../../src/store/deps.ts';
import { createService, requireService } from '../../src/store/services.ts';
import { createServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';
import { sampleMerchantId as merchantId } from '../store/accept-sample.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { testRedis } from '../support/redis.ts';
import { createTestStore } from '../support/test-store.ts';
import { makeJobContext } from './job-context.ts';

const { client } = await testRedis();
const clock = createFakeClock();
const carrierConnectionId = newId('connection', clock);
let store: StoreDeps;
let serviceId: string;
/** What the carrier has, by reference; and how often it was called. */
let bookings: Map<string, Booking>;
let calls: number;

beforeEach(async () => {
  await client.flushdb();
  store = await createTestStore(client, clock);
  bookings = new Map();
  calls = 0;
  const read = toServiceRequest(createServiceBody());
  if (!('request' in read)) throw new Error('the sample is no request');
  const { request } = read;
  const connectionId = newId('connection', clock);
  const asked = { merchantId, connectionId, carrierConnectionId, request, shippingPrice: null, work: () => [] };
  serviceId = (await createService(store, asked)).service.id;
});

/** A carrier that keeps its word: the same reference again is the same booking. */
function bookAtCarrier({ reference }: ServiceToBook): Booking {
  calls += 1;
  const place = bookings.size + 1;
  const known = bookings.get(reference) ?? { bookingId: `b-${place}`, trackingNumber: `T-${place}`, trackingUrl: null };
  bookings.set(reference, known);
  return known;
}
const carrierWith = (answer: (service: ServiceToBook) => Promise<Booking>): OpenCarrier => ({
  record: { id: carrierConnectionId } as never,
  connector: { id: 'fake' } as never,
  connection: { test: () => Promise.resolve({ account: 'fake' }), book: answer },
  settings: {},
  laneOf: () => 'fake.carrier',
});
const read = async () => (await requireService(store, serviceId)).service;
const run = async (runId: string, answer: (service: ServiceToBook) => Promise<Booking>): Promise<void> => {
  const context = makeJobContext(store, {} as WorkerDeps, { runId });
  return book(await read(), carrierWith(answer), context);
};

it('a booking call that was made by a process that was killed before it could say so is one booking, and known', async () => {
  const called = Promise.withResolvers<void>();
  // The carrier has booked it; of the process that called, nothing is heard any more.
  void run('run-1', (service) => {
    bookAtCarrier(service);
    called.resolve();
    return new Promise(() => undefined);
  });
  await called.promise;
  expect(await read()).toMatchObject({ handover: 'waiting', booking: null });
  // Nobody calls while the dead process might still be calling.
  clock.advance(intentLeaseMs - 1);
  await expect(run('run-2', async (service) => bookAtCarrier(service))).rejects.toMatchObject({ code: 'effect.in_flight' }); // prettier-ignore
  expect(calls).toBe(1);
  clock.advance(1);
  await run('run-3', async (service) => bookAtCarrier(service));
  expect(calls).toBe(2);
  expect([...bookings.keys()]).toEqual([serviceId]);
  expect(await read()).toMatchObject({ handover: 'booked', booking: { bookingId: 'b-1', trackingNumber: 'T-1' }, intents: {} }); // prettier-ignore
  // Whoever comes after that has nothing to do.
  await run('run-4', async (service) => bookAtCarrier(service));
  expect(calls).toBe(2);
});

it('the answer that a process gets back after it was given up for dead changes nothing', async () => {
  const called = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Booking>();
  const late = run('run-1', (service) => {
    bookAtCarrier(service);
    called.resolve();
    return answer.promise;
  });
  await called.promise;
  clock.advance(intentLeaseMs);
  await run('run-2', async (service) => bookAtCarrier(service));
  const before = await read();
  answer.resolve({ bookingId: 'another', trackingNumber: null, trackingUrl: null });
  await expect(late).rejects.toMatchObject({ kind: 'aborted', code: 'effect.lease_lost' });
  expect(await read()).toEqual(before);
});
