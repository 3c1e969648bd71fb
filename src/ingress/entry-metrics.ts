import { Gauge } from 'prom-client';
import { countEntries } from '../store/entries.ts';
import type { IngressDeps } from './deps.ts';

/**
 * How much work there is, counted when it is asked for. Of a shard whose Redis does not answer nothing is said: an old
 * number would look like a new one.
 */
export function registerEntryMetrics(deps: IngressDeps): void {
  const gauge = new Gauge({
    name: 'packline_entries',
    help: 'Work entries by state: waiting in their lanes, leased to the queue, or dead (an issue holds them).',
    labelNames: ['shard', 'state'] as const,
    registers: [deps.metrics],
    async collect() {
      gauge.reset();
      for (let shard = 0; shard < deps.settings.shards; shard += 1) {
        const counts = await countEntries(deps.shard(shard)).catch(() => ({}));
        for (const [state, count] of Object.entries(counts)) gauge.set({ shard, state }, count);
      }
    },
  });
}
