import { setTimeout as delay } from 'node:timers/promises';
import type { World } from './world.ts';

/** Stragglers of a partner (a hook that comes again) may be answered between the two looks. */
const looksMax = 10;
const pauseMs = 300;

/** Which of the answers that the balancer got are not in the metrics of the API that gave them. */
export async function checkMetrics(world: World): Promise<string[]> {
  for (let looks = 1; ; looks += 1) {
    const lies = await compare(world);
    if (lies.length === 0 || looks === looksMax) return lies;
    await delay(pauseMs);
  }
}

const readMetrics = async (port: number, adminKey: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })).text();

async function compare({ fleet, balancer, packline }: World): Promise<string[]> {
  const lies: string[] = [];
  for (const { port, process } of fleet.apis) {
    if (process.hasEnded()) continue;
    const text = await readMetrics(port, packline.adminKey).catch(() => null);
    if (text === null) {
      lies.push(`port ${port}: no metrics`);
      continue;
    }
    const counted = new Map<number, number>();
    for (const [, route = '', status, times] of text.matchAll(
      /^packline_http_requests_total\{method="[A-Z]+",route="([^"]*)",status="(\d+)"\} (\d+)$/gm,
    )) {
      // Asked directly, not through the balancer.
      if (['/readyz', '/livez', '/metrics'].includes(route)) continue;
      counted.set(Number(status), (counted.get(Number(status)) ?? 0) + Number(times));
    }
    for (const [status, times] of balancer.answered.get(port) ?? []) {
      const said = counted.get(status) ?? 0;
      if (said !== times) lies.push(`port ${port}: ${times} answers ${status} came, its metrics say ${said}`);
    }
  }
  return lies;
}
