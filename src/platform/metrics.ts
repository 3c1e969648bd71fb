import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/**
 * One process's metrics, in Prometheus' names and base units. Labels are closed sets (routes, jobs, codes): no ids, no
 * partner's text, nothing a person typed.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    jobs: new Histogram({
      name: 'packline_job_duration_seconds',
      help: 'Runs of jobs, by outcome: done, buried, or the kind of failure that is tried again.',
      labelNames: ['job', 'outcome'] as const,
      buckets: secondsBuckets,
      registers,
    }),
    budgetWaits: new Histogram({
      name: 'packline_limiter_wait_seconds',
      help: 'How long calls waited for their slot of a partner’s limit, by connector, budget and class of work.',
      labelNames: ['connector', 'budget', 'class'] as const,
      buckets: secondsBuckets,
      registers,
    }),
    outbound: new Histogram({
      name: 'packline_outbound_duration_seconds',
      help: 'Calls to partners, by connector and operation.',
      labelNames: ['target', 'operation'] as const,
      buckets: secondsBuckets,
      registers,
    }),
    outboundRequests: new Counter({
      name: 'packline_outbound_requests_total',
      help: 'Calls to partners, by connector and outcome (status class, or the code of the failure).',
      labelNames: ['target', 'outcome'] as const,
      registers,
    }),
    deliveries: new Counter({
      name: 'packline_webhook_deliveries_total',
      help: 'Attempts to deliver events to subscribers: delivered, retried (to be tried again), failed (for good), dropped.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    items: new Counter({
      name: 'packline_items_total',
      help: 'Rows of bulk runs that have come to their end, by kind of run and verdict.',
      labelNames: ['kind', 'verdict'] as const,
      registers,
    }),
    unmappedWords: new Counter({
      name: 'packline_tracking_unmapped_words_total',
      help: 'Events of parcels in words of their carrier that no table knows, by connector; `api` for those pushed to the API.',
      labelNames: ['connector'] as const,
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
