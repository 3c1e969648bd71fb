import { setTimeout as delay } from 'node:timers/promises';
import type { PacklineProcesses } from '../test/support/packline-processes.ts';
import type { BareConsole } from './bare-pages.ts';
import { postOrders } from './load.ts';
import { watchCpu } from './process-stats.ts';
import { upload } from './push-run.ts';
import type { Measured } from './report.ts';
import { productLines, toBody } from './stock-rows.ts';
import { watchFeed, watchPage, type Watched } from './watch-pages.ts';

/** A partner takes ten requests a second of a thousand products: the run is under way for as long as is looked at it. */
const productsPerSecond = 10_000;

/** What many who keep a page open cost the API, while orders come in, beside what the orders cost alone; and who follow a run. */
export async function measureViewers(
  packline: PacklineProcesses,
  bare: BareConsole,
  {
    cookies,
    seconds,
    rate,
    paths,
  }: { cookies: readonly string[]; seconds: number; rate: number; paths: readonly string[] },
  say: (progress: string) => void,
): Promise<{ rows: Measured[]; details: Record<string, unknown> }> {
  const { baseUrl, merchantKey, api } = packline;
  const worker = await packline.startWorker();
  const alone = async (): Promise<number> => {
    const stop = await watchCpu({ api: api.pid });
    await delay(seconds * 1_000);
    return (await stop())['api'] ?? Number.NaN;
  };
  const watching = { cookies, seconds };
  const load = { key: merchantKey, connections: 4, seconds: (paths.length + 1) * (seconds + 3), ratePerSecond: rate };
  const posted = postOrders(baseUrl, load);
  await delay(2_000);
  const without = await alone();
  const byPage: Record<string, Watched> = {};
  for (const path of paths) {
    const watched = await watchPage(api.pid, `${baseUrl}${path}`, watching);
    byPage[path] = watched;
    say(`${cookies.length} at ${path}: ${toPercent(watched.share)} of ${toPercent(without)} without; ${watched.changed} of ${watched.asked} refreshes had something new`); // prettier-ignore
  }
  // On a machine that is busy with other work Redis is late now and then, and orders are answered 503.
  const { requestsPerSecond, non2xx: refused, total } = await posted;
  if (refused > total / 10) throw new Error(`${refused} of ${total} orders were refused`);

  const run = await upload(`${baseUrl}/v1/products`, merchantKey, toBody(productLines(productsPerSecond * (2 * seconds + 8)))); // prettier-ignore
  const [merchantPath = ''] = /^\/ops\/m\/[^/]+/.exec(paths[1] ?? '') ?? [];
  const feedAlone = await alone();
  const fed = await watchFeed(api.pid, `${baseUrl}${merchantPath}/runs/${run.id}/events`, watching);
  const bareFed = await watchFeed(bare.pid, `${bare.url}/feed?bytes=${fed.bytes}`, watching);
  say(`${cookies.length} follow a run: ${toPercent(fed.share)} of ${toPercent(feedAlone)} without; ${fed.changed} events of ${fed.bytes} bytes`); // prettier-ignore
  if (fed.changed === 0) throw new Error('the run was over before anybody looked');
  await worker.stop(3_000);

  const added = Object.values(byPage).map(({ share }) => Math.max(0, share - without));
  const target = { of: 'figure', is: 5 } as const;
  return {
    rows: [
      { what: `${cookies.length} viewers with one page open, dearest of ${paths.length} pages, at ${rate} orders/s: their share of one processor`, figure: Math.max(...added) * 100, unit: '%', better: 'lower', target }, // prettier-ignore
      { what: `${cookies.length} viewers who follow a run (SSE): their share of one processor`, figure: Math.max(0, fed.share - feedAlone) * 100, unit: '%', better: 'lower', ceiling: { is: bareFed.share * 100, what: 'a bare fan-out of as many bytes' }, target }, // prettier-ignore
    ],
    details: { without, byPage, ordersPerSecond: requestsPerSecond, refused, feedAlone, fed, bareFed },
  };
}

const toPercent = (share: number): string => `${(share * 100).toFixed(1)} %`;
