import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { RunCounts } from '../src/domain/run.ts';
import { cpuMicros } from './process-stats.ts';

/** Of a run, as it is watched from outside. */
const RunSchema = z.object({
  id: z.string(),
  status: z.string(),
  counts: z.object({
    received: z.int(),
    accepted: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    superseded: z.int(),
  }),
  requestsUsed: z.int(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
type Run = z.infer<typeof RunSchema>;

export interface PushedRun {
  rows: number;
  counts: RunCounts;
  requests: number;
  /** From the first byte in to the answer: its rows are durable. */
  spoolMs: number;
  /** From the first byte in to the last row's verdict. */
  totalMs: number;
  rowsPerSecond: number;
  /** The same without the upload. */
  sentPerSecond: number;
  /** Processor time for a row, in microseconds, by process: while it came in, and while it was worked on. */
  micros: { spool: Record<string, number>; send: Record<string, number> };
}

const lookMs = 200;
const quietMaxMs = 60_000;

/** Uploads rows and watches their run to its end. Throws where it does not end well, or nothing happens for a minute. */
export async function pushRun(
  { url, key, pids }: { url: string; key: string; pids: Readonly<Record<string, number>> },
  path: '/v1/inventory' | '/v1/products',
  body: Readable,
): Promise<PushedRun> {
  const start = await readCpu(pids);
  const beganMs = Date.now();
  const accepted = await upload(`${url}${path}`, key, body);
  const spoolMs = Date.now() - beganMs;
  const spooled = await readCpu(pids);
  const run = await watch(`${url}/v1/runs/${accepted.id}`, key);
  const ended = await readCpu(pids);
  const totalMs = Date.parse(run.endedAt ?? '') - beganMs;
  const { received } = run.counts;
  return {
    rows: received,
    counts: run.counts,
    requests: run.requestsUsed,
    spoolMs,
    totalMs,
    rowsPerSecond: Math.round((received / totalMs) * 1_000),
    sentPerSecond: Math.round((received / (totalMs - spoolMs)) * 1_000),
    micros: { spool: each(start, spooled, received), send: each(spooled, ended, received) },
  };
}

/** Uploads rows; answers the run that they make. */
export async function upload(url: string, key: string, body: Readable): Promise<Run> {
  const { promise, resolve, reject } = Promise.withResolvers<Run>();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
  const outgoing = request(url, { method: 'POST', headers }, (reply) => {
    text(reply).then((answer) => {
      if (reply.statusCode === 202) resolve(RunSchema.parse(JSON.parse(answer)));
      else reject(new Error(`the upload was answered ${reply.statusCode}: ${answer.slice(0, 300)}`));
    }, reject);
  });
  await pipeline(body, outgoing);
  return promise;
}

async function watch(url: string, key: string): Promise<Run> {
  let last = '';
  let lastMs = Date.now();
  for (;;) {
    const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    const answer: unknown = await reply.json();
    // Somewhere between a busy API and a busy Redis a look may come to nothing; the next one is soon.
    if (reply.status === 503 && Date.now() - lastMs <= quietMaxMs) {
      await delay(lookMs);
      continue;
    }
    if (!reply.ok) throw new Error(`a look at the run was answered ${reply.status}: ${JSON.stringify(answer)}`);
    const run = RunSchema.parse(answer);
    if (run.status === 'completed') return run;
    if (run.status !== 'running') throw new Error(`the run is ${run.status}: ${JSON.stringify(run.counts)}`);
    const seen = JSON.stringify(run.counts);
    if (seen !== last) [last, lastMs] = [seen, Date.now()];
    if (Date.now() - lastMs > quietMaxMs) throw new Error(`nothing happens for a minute: ${seen}`);
    await delay(lookMs);
  }
}

const readCpu = async (pids: Readonly<Record<string, number>>): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(pids).map(async ([name, pid]) => [name, await cpuMicros(pid)] as const)),
  );

const each = (before: Record<string, number>, after: Record<string, number>, rows: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, micros]) => [
      name,
      Math.round(((micros - (before[name] ?? 0)) / rows) * 100) / 100,
    ]),
  );
