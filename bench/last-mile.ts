import { createServiceBody } from '../test/fixtures/vtex-last-mile/payloads.ts';
import { startProcesses } from '../test/support/packline-processes.ts';
import { defineBenchmark } from './benchmark.ts';
import { paced } from './paced.ts';
import { median, quantile } from './statistics.ts';

const p99TargetMs = 500;

/**
 * VTEX Last Mile asks for services of new orders at an even rate, each with the documented request, while the workers hand
 * them over; every tenth is asked for twice. Beside it, the same number of requests that are refused at the door: what HTTP
 * and the machine cost by themselves.
 */
export const lastMile = defineBenchmark({
  name: 'last-mile',
  shows: 'latency of create-service at a steady rate, beside requests that only reach the door',
  size: { seconds: 20, rate: 50 },
  quickSize: { seconds: 2, rate: 20 },
  async run({ seconds, rate }, say) {
    const packline = await startProcesses({ settings: { PACKLINE_LOG_LEVEL: 'error' } });
    try {
      await packline.startWorker();
      const door = await connect(packline);
      const amount = seconds * rate;
      const create = (n: number) => ask(door, createServiceBody({ orderId: `order-${n}` }));
      await paced({ amount: rate, perSecond: rate }, async (n) => void (await create(-1 - n)));
      const created: number[] = [];
      const repeated: number[] = [];
      const refused: number[] = [];
      const ids = new Set<string>();
      await paced({ amount, perSecond: rate }, async (n) => {
        const { tookMs, serviceId } = await create(n);
        created.push(tookMs);
        ids.add(serviceId);
        if (n % 10 !== 0) return;
        const again = await create(n);
        repeated.push(again.tookMs);
        if (again.serviceId !== serviceId) throw new Error('a repeated request made another service');
      });
      say(`created ${ids.size}`);
      if (ids.size !== amount) throw new Error(`${amount} orders became ${ids.size} services`);
      await paced({ amount, perSecond: rate }, async () => void refused.push((await ask(door, {}, 400)).tookMs));
      const ceiling = { is: quantile(refused, 0.99), what: 'a request without an order, refused at the door, p99' };
      const latency = { unit: 'ms', better: 'lower' as const };
      const at = `latency of create-service at ${rate}/s`;
      return {
        rows: [
          { what: `${at}, p50`, figure: median(created), ...latency },
          { what: `${at}, p99`, figure: quantile(created, 0.99), ...latency, ceiling, target: { of: 'figure', is: p99TargetMs } }, // prettier-ignore
          { what: `${at}, of one that is there, p99`, figure: quantile(repeated, 0.99), ...latency },
        ],
        details: { services: ids.size, slowestMs: Math.max(...created) },
      };
    } finally {
      await packline.close();
    }
  },
});

async function connect({ baseUrl, merchantKey }: { baseUrl: string; merchantKey: string }): Promise<string> {
  const settings = { account: 'acme', apiKey: 'key' };
  const reply = await fetch(`${baseUrl}/v1/connections`, {
    method: 'POST',
    headers: { authorization: `Bearer ${merchantKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ connector: 'vtex-last-mile', name: 'Last Mile', settings }),
  });
  if (reply.status !== 201) throw new Error(`the connection was answered ${reply.status}`);
  const made = (await reply.json()) as { webhookUrl: string };
  return `${baseUrl}${new URL(made.webhookUrl).pathname}`;
}

async function ask(door: string, body: unknown, wanted = 200): Promise<{ tookMs: number; serviceId: string }> {
  const beganMs = performance.now();
  const reply = await fetch(`${door}/create-service`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await reply.json()) as { serviceId?: string };
  if (reply.status !== wanted) throw new Error(`create-service was answered ${reply.status}`);
  return { tookMs: performance.now() - beganMs, serviceId: answer.serviceId ?? '' };
}
