import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/sandbox/random.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { startProcesses } from '../support/packline-processes.ts';

export interface KillReport {
  seed: number;
  kills: number;
  accepted: number;
  /** Accepted orders that did not reach their end. */
  lost: string[];
  /** `externalId effect × times`: effects at the partner that happened more than once. */
  doubled: string[];
  /** Orders whose events arrived out of order at the subscriber. */
  disordered: string[];
  /** Deliveries that the subscriber got more than once: allowed, and told. */
  repeatedDeliveries: number;
  recoveredMs: number;
}

const onceOnly = new Set(['order.created', 'order.dispatched', 'job.created']);

/**
 * Orders flow in while the only worker process is killed (SIGKILL) again and again at random moments. Afterwards what was
 * accepted is compared with the partner's books and with what the subscriber got.
 */
export async function killWorkers(options: { kills: number; orders: number; seed: number }): Promise<KillReport> {
  const { kills, orders, seed } = options;
  const random = createRandom(seed);
  const packline = await startProcesses({ sandbox: { speed: 20, picker: { stepMs: 2_000, outcome: 'seeded' } } });
  try {
    const accepted = new Map<string, string>();
    const killing = { done: false };

    const post = async (): Promise<void> => {
      for (let n = 0; n < orders || !killing.done; n += 1) {
        const externalId = `kill-${seed}-${n}`;
        const headers = { 'idempotency-key': externalId };
        const answer = await packline.call('POST', '/v1/orders', sampleOrder({ externalId }), headers);
        if (answer.status === 202) accepted.set(String(answer.body['id']), externalId);
        await delay(20 + random() * 60);
      }
    };
    const kill = async (): Promise<void> => {
      for (let n = 0; n < kills; n += 1) {
        const worker = await packline.startWorker();
        await delay(100 + random() * 900);
        worker.child.kill('SIGKILL');
        await worker.ended;
      }
      killing.done = true;
    };
    await Promise.all([post(), kill()]);
    await packline.startWorker();

    const startedMs = Date.now();
    const open = new Set(accepted.keys());
    while (open.size > 0 && Date.now() - startedMs < 90_000) {
      for (const id of open) {
        const { body } = await packline.call('GET', `/v1/orders/${id}`);
        if (body['status'] === 'DELIVERED') open.delete(id);
      }
      await delay(200);
    }
    const recoveredMs = Date.now() - startedMs;
    const finalOf = (id: string): boolean =>
      packline.subscriber.received.some(
        (event) => event.data['orderId'] === id && event.data['newStatus'] === 'DELIVERED',
      );
    while (![...accepted.keys()].every(finalOf) && Date.now() - startedMs < 120_000) await delay(200);

    const lost = [...accepted].filter(([id]) => open.has(id) || !finalOf(id)).map(([, externalId]) => externalId);
    const doubled = [...accepted.values()].flatMap((externalId) =>
      Object.entries(packline.sandbox.books.effectsOf('org_demo', externalId))
        .filter(([effect, times]) => onceOnly.has(effect) && times > 1)
        .map(([effect, times]) => `${externalId} ${effect} × ${times}`),
    );
    const { disordered, repeatedDeliveries } = readDeliveries(packline.subscriber.received);
    return { seed, kills, accepted: accepted.size, lost, doubled, disordered, repeatedDeliveries, recoveredMs };
  } finally {
    await packline.close();
  }
}

/** Order per order, counting first arrivals: a repeat after a crash is the at-least-once that was promised. */
function readDeliveries(received: readonly { id: string; data: Record<string, unknown> }[]) {
  const seen = new Set<string>();
  const newest = new Map<string, number>();
  const disordered = new Set<string>();
  let repeatedDeliveries = 0;
  for (const { id, data } of received) {
    if (seen.has(id)) {
      repeatedDeliveries += 1;
      continue;
    }
    seen.add(id);
    const orderId = String(data['orderId']);
    const version = Number(data['version']);
    if (version < (newest.get(orderId) ?? 0)) disordered.add(orderId);
    newest.set(orderId, version);
  }
  return { disordered: [...disordered], repeatedDeliveries };
}
