import { setTraceBackend } from './trace.ts';

export interface TracingSettings {
  /** Of a collector; spans go to `/v1/traces` below it, as OTLP over HTTP. */
  endpoint: string;
  /** Share of the traces that begin here; one that began elsewhere is kept when it was kept there. */
  ratio: number;
  /** Connectors that are sent a `traceparent`, and `subscribers`. */
  tells: readonly string[];
  service: string;
  version: string;
}

/** More than a collector on the same network takes; one that is away must not hold a process that ends. */
const flushMaxMs = 2_000;

/**
 * Loads OpenTelemetry and traces from now on. Answers how to end it: what is not sent yet goes out first.
 * Its exporter calls the one address that the operator has set, past the egress guard, which is for URLs of users.
 */
export async function startTracing({
  endpoint,
  ratio,
  tells,
  service,
  version,
}: TracingSettings): Promise<() => Promise<void>> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: flushMaxMs,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': `packline-${service}`, 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('packline', version);
  const kinds = { server: api.SpanKind.SERVER, consumer: api.SpanKind.CONSUMER, client: api.SpanKind.CLIENT } as const;
  const toContext = (parent: string | undefined) => {
    const [, traceId = '', spanId = '', flags = '00'] = parent?.split('-') ?? [];
    if (traceId === '') return api.ROOT_CONTEXT;
    return api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }); // prettier-ignore
  };
  setTraceBackend({
    tells: new Set(tells),
    start({ name, kind, parent, attributes = {} }) {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, toContext(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more) => void span.setAttributes(more),
        end: (failed) => {
          // Why is in the log, under the trace: messages are not for other systems.
          if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  });
  return async () => {
    setTraceBackend(undefined);
    const flushed = provider.shutdown().catch(() => undefined);
    await Promise.race([flushed, new Promise((done) => setTimeout(done, flushMaxMs).unref())]);
  };
}
