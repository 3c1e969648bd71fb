import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { cpuMicros } from './process-stats.ts';
import { quantile } from './statistics.ts';

export interface Got {
  status: number;
  text: string;
  /** As it went over the wire. */
  bytes: number;
}

const agent = new Agent({ keepAlive: true });

/** One GET, to its last byte. */
export function get(url: string, headers: Record<string, string> = {}): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const outgoing = request(url, { agent, headers }, (reply) => {
    const parts: Buffer[] = [];
    reply.on('data', (part: Buffer) => parts.push(part));
    reply.on('end', () => {
      const body = Buffer.concat(parts);
      const text = (reply.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      resolve({ status: reply.statusCode ?? 0, text, bytes: body.length });
    });
    reply.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end();
  return promise;
}

export interface Timed {
  /** From the request to the last byte over loopback, in milliseconds. */
  p50: number;
  p95: number;
  /** The same with so many asking at once. */
  p95Together: number;
  /** Processor time of the process that answers, for one request, in milliseconds (of 10 ms in all). */
  cpuMs: number;
}

const warmUps = 3;

/** So many requests one after the other, and as many by a few at once. */
export async function timeRequests(
  pid: number,
  { turns, together }: { turns: number; together: number },
  ask: () => Promise<unknown>,
): Promise<Timed> {
  const times: number[] = [];
  const timesTogether: number[] = [];
  const time = async (into: number[]): Promise<void> => {
    const beganMs = performance.now();
    await ask();
    into.push(performance.now() - beganMs);
  };
  for (let n = 0; n < warmUps; n += 1) await ask();
  const before = await cpuMicros(pid);
  for (let n = 0; n < turns; n += 1) await time(times);
  const cpuMs = ((await cpuMicros(pid)) - before) / turns / 1_000;
  const each = async (): Promise<void> => {
    for (let n = 0; n < Math.ceil(turns / together); n += 1) await time(timesTogether);
  };
  await Promise.all(Array.from({ length: together }, each));
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), p95Together: quantile(timesTogether, 0.95), cpuMs };
}
