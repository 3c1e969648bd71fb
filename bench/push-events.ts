import { startProcesses } from '../test/support/packline-processes.ts';
import { cpuMicros } from './process-stats.ts';

const eventsPerRequest = 1_000;
const requestsAtOnce = 4;
const statuses = ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED'] as const;

/**
 * A carrier pushes to one API process on a Redis that writes to its disk each time: parcels nobody has heard of, then what
 * happens to them next, so that all but the first event of a parcel are merged into what is known.
 */
export async function pushEvents({ seconds }: { seconds: number }, say: (progress: string) => void) {
  const packline = await startProcesses({
    settings: { PACKLINE_RATE_PER_SECOND: '100000', PACKLINE_RATE_BURST: '100000', PACKLINE_LOG_LEVEL: 'error' },
  });
  try {
    const made = await fetch(`${packline.baseUrl}/v1/merchants/${packline.merchantId}/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${packline.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'carrier', scopes: ['carrier'] }),
    });
    const { key } = (await made.json()) as { key: string };
    let accepted = 0;
    let round = 0;
    const pushOne = async (): Promise<void> => {
      const turn = round;
      round += 1;
      const [step, group] = [turn % statuses.length, Math.floor(turn / statuses.length)];
      const events = Array.from({ length: eventsPerRequest }, (_, n) => ({
        carrier: 'demo',
        trackingNumber: `P${group}X${n}`,
        status: statuses[step],
        occurredAt: new Date(Date.now() - (statuses.length - step) * 3_600_000).toISOString(),
        description: 'Scanned at the depot',
        location: { city: 'Recife', country: 'BR' },
      }));
      const reply = await fetch(`${packline.baseUrl}/v1/tracking-events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      });
      const { data } = (await reply.json()) as { data: { verdict: string }[] };
      if (reply.status !== 202) throw new Error(`events were answered ${reply.status}`);
      accepted += data.filter(({ verdict }) => verdict === 'accepted').length;
    };
    await pushOne();
    accepted = 0;
    const cpu = await cpuMicros(packline.api.pid);
    const beganMs = performance.now();
    const pushing = Array.from({ length: requestsAtOnce }, async () => {
      while (performance.now() - beganMs < seconds * 1_000) await pushOne();
    });
    await Promise.all(pushing);
    const took = (performance.now() - beganMs) / 1_000;
    const cpuOfOne = ((await cpuMicros(packline.api.pid)) - cpu) / accepted;
    const perSecond = Math.round(accepted / took);
    say(`${perSecond} events/s accepted, ${Math.round(cpuOfOne)} µs of processor time each`);
    return { perSecond, accepted, apiMicrosPerEvent: Math.round(cpuOfOne) };
  } finally {
    await packline.close();
  }
}
