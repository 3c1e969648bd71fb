import autocannon from 'autocannon';
import { sampleOrder } from '../test/support/sample-order.ts';

export interface LoadResult {
  requestsPerSecond: number;
  latencyMsP50: number;
  latencyMsP99: number;
  non2xx: number;
  total: number;
}

let next = 0;

/** Posts one order, and answers the status. */
export async function postOrder(url: string, key: string, externalId: string): Promise<number> {
  const reply = await fetch(`${url}/v1/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': externalId },
    body: JSON.stringify(sampleOrder({ externalId })),
  });
  await reply.text();
  return reply.status;
}

/** Posts orders as fast as they are answered, or in bursts of so many a second; each new (its own external id and key), from this process. */
export async function postOrders(
  url: string,
  options: { key: string; seconds: number; connections: number; ratePerSecond?: number; amount?: number },
): Promise<LoadResult> {
  const { key, seconds, connections, ratePerSecond, amount } = options;
  const run = `bench-${process.pid}-${next}`;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(amount === undefined ? {} : { amount }),
    ...(ratePerSecond === undefined ? {} : { overallRate: ratePerSecond }),
    requests: [
      {
        method: 'POST',
        path: '/v1/orders',
        setupRequest: (request) => {
          next += 1;
          const externalId = `${run}-${next}`;
          return {
            ...request,
            headers: {
              authorization: `Bearer ${key}`,
              'content-type': 'application/json',
              'idempotency-key': externalId,
            },
            body: JSON.stringify(sampleOrder({ externalId })),
          };
        },
      },
    ],
  });
  return {
    requestsPerSecond: Math.round(result.requests.average),
    latencyMsP50: result.latency.p50,
    latencyMsP99: result.latency.p99,
    non2xx: result.non2xx + result.errors,
    total: result.requests.total,
  };
}
