import type { OrderHappening } from '../../src/domain/events.ts';
import type { WorkerDeps } from '../../src/fulfilment/deps.ts';
import { generateWebhookSecret } from '../../src/platform/signature.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';
import { deliveryWork } from '../../src/queues/delivery-attempt.ts';
import { commit } from '../../src/store/commit.ts';
import { newId } from '../../src/store/deps.ts';
import { createEndpoint, listSubscribers, type EndpointFacts } from '../../src/store/endpoints.ts';
import { beginEntries, leaseEntries } from '../../src/store/entries.ts';
import { eventWrites } from '../../src/store/events.ts';
import deliveryAttempt from '../../workers/delivery-attempt.ts';
import eventReplay from '../../workers/event-replay.ts';
import { makeJobContext } from '../queues/job-context.ts';
import { startIngress } from '../support/ingress.ts';

/** The API, and a worker that does the work of deliveries and replays when it is told to. */
export async function openReplayWorkshop(redisUrl: string) {
  const ingress = await startIngress(redisUrl, { settings: { ratePerSecond: 1_000, rateBurst: 10_000 } });
  const { store, clock } = ingress;
  const http = createHttp({ egress: createEgress({ allow: ['127.0.0.0/8'] }), userAgent: 'Packline/test' });
  const deps = { http, random: () => 0.5, countDelivery: () => undefined } as unknown as WorkerDeps;
  const run = async (entry: Awaited<ReturnType<typeof beginEntries>>[number], job: string): Promise<void> => {
    const made = makeJobContext(store, deps, { entry });
    let ended = false;
    const finish: typeof made.finish = async (...plan) => {
      const outcome = await made.finish(...plan);
      ended ||= outcome !== 'conflict';
      return outcome;
    };
    const context = { ...made, finish };
    if (job === 'event-replay') await eventReplay.handle(eventReplay.job.payload.parse(entry.payload), context);
    if (job === 'delivery-attempt') await deliveryAttempt.handle(deliveryAttempt.job.payload.parse(entry.payload), context); // prettier-ignore
    if (!ended) await made.finish({});
  };
  return {
    ingress,
    /** At an address that the API would not take from a merchant. */
    subscribe: (merchantId: string, url: string, more: Partial<EndpointFacts> = {}) =>
      createEndpoint(store, merchantId, { url, eventTypes: [], description: null, ...more }, generateWebhookSecret()),
    /** Something happens to an order; answers its id. */
    happen: async (merchantId: string, code: string, orderId = newId('order', clock)): Promise<string> => {
      const data = { orderId, externalId: 'order-1', version: 1, code, detail: 'as somebody wrote', source: 'you' };
      const happenings: OrderHappening[] = [{ type: 'order.problem', data }];
      const subscribers = await listSubscribers(store, merchantId);
      await commit(store, eventWrites(store, { id: orderId, merchantId }, happenings, subscribers, deliveryWork));
      clock.advance(1);
      return orderId;
    },
    /** Does what is due, and lets a second go by; answers how much that was. */
    work: async (): Promise<number> => {
      const { entries } = await leaseEntries(store, { room: 100, leaseMs: 60_000 });
      const jobs = new Map(entries.map(({ id, job }) => [id, job]));
      for (const entry of await beginEntries(store, entries)) await run(entry, jobs.get(entry.id) ?? '');
      clock.advance(1_000);
      return entries.length;
    },
  };
}
