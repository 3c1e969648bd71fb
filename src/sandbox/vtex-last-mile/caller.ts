import { Agent, request } from 'undici';

/** What a carrier answered to one call of VTEX's, and after how long. `status` null: not within the 5 seconds. */
export interface CarrierAnswer {
  status: number | null;
  body: unknown;
  tookMs: number;
}

/** "Timeout: 5 seconds". */
const timeoutMs = 5_000;

export interface Caller {
  call(url: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<CarrierAnswer>;
  stop(): void;
}

/** How VTEX calls a carrier: method, headers and URL are the carrier's settings. */
export function createCaller(now: () => number): Caller {
  const agent = new Agent({ keepAliveTimeout: 1_000 });
  return {
    async call(url, body, headers = {}) {
      const startedMs = now();
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
        body: JSON.stringify(body),
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs),
      })
        .then(async (reply) => ({ status: reply.statusCode, body: await reply.body.json().catch(() => null) }))
        .catch(() => ({ status: null, body: null }));
      return { ...answer, tookMs: now() - startedMs };
    },
    stop: () => void agent.destroy(),
  };
}
