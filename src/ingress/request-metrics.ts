import { Counter, Histogram, type Registry } from 'prom-client';

export interface RequestMetrics {
  answered(request: { method: string; route: string; status: number; durationMs: number }): void;
  /** A webhook that was not believed, and why; the sender is not told. */
  webhookRefused(connector: string, reason: string): void;
  webhookTaken(connector: string, outcome: string): void;
}

/** What the HTTP side counts. Labels hold route patterns and codes only, never ids. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'packline_http_requests_total',
    help: 'Requests answered, by route pattern and status.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'packline_http_request_duration_seconds',
    help: 'Seconds from a request’s headers to its answer.',
    labelNames: ['method', 'route'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const inbound = new Counter({
    name: 'packline_inbound_events_total',
    help: 'Inbound webhooks: accepted, duplicate, or changed under one message id; or `refused_` and why they were not believed.',
    labelNames: ['source', 'result'] as const,
    registers,
  });
  return {
    answered({ method, route, status, durationMs }) {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, durationMs / 1000);
    },
    webhookRefused: (connector, reason) => inbound.inc({ source: connector, result: `refused_${reason}` }),
    webhookTaken: (connector, outcome) => inbound.inc({ source: connector, result: outcome }),
  };
}
