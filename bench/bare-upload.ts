import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { stockLines } from './stock-rows.ts';

/**
 * The ceiling of "runs": lines of stock parsed and put to the sandbox in full batches, several at once, their echo parsed;
 * nothing checked, compared, kept or committed. Started by runs.ts with URL, key, rows and products; answers how many a second.
 */
const [, , url = '', key = '', rows = '0', products = '1'] = process.argv;
const batchRows = 10_000;
const atOnce = 6;
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: atOnce });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const underWay = new Set<Promise<void>>();
let echoed = 0;

async function put(items: readonly object[]): Promise<void> {
  const path = `${pathname}/v1/inventory`;
  const reply = await pool.request({ path, method: 'POST', headers, body: JSON.stringify({ inventory: items }) });
  const echo: unknown = JSON.parse(await reply.body.text());
  if (!Array.isArray(echo)) throw new Error(`the sandbox answered ${reply.statusCode}`);
  echoed += echo.length;
}

async function putSoon(items: readonly object[]): Promise<void> {
  if (underWay.size >= atOnce) await Promise.race(underWay);
  const putting: Promise<void> = put(items).finally(() => underWay.delete(putting));
  underWay.add(putting);
  // It goes out before the next batch is read.
  await delay(0);
}

const beganMs = performance.now();
let batch: object[] = [];
for (const line of stockLines({ rows: Number(rows), products: Number(products) })) {
  batch.push(JSON.parse(line));
  if (batch.length < batchRows) continue;
  await putSoon(batch);
  batch = [];
}
if (batch.length > 0) await putSoon(batch);
await Promise.all(underWay);
if (echoed !== Number(rows)) throw new Error(`${echoed} of ${rows} rows were echoed`);
process.send?.(Math.round((echoed / (performance.now() - beganMs)) * 1_000));
await pool.close();
process.disconnect();
