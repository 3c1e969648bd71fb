import { z } from 'zod';
import { list, settingRegistry } from './setting-values.ts';

/** OpenTelemetry, under its own names where it has some. */
export const traceSettings = {
  otlpEndpoint: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .register(settingRegistry, {
      env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      about: 'URL of a collector that takes OTLP over HTTP (http://collector:4318); nothing is traced when not set.',
    }),
  traceRatio: z.coerce.number({ error: 'must be a number from 0 to 1' }).min(0).max(1).register(settingRegistry, {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    fallback: '1',
    about: 'Share of the traces that are kept, from 0 to 1.',
  }),
  tracePartners: list().register(settingRegistry, {
    env: 'PACKLINE_TRACE_PARTNERS',
    fallback: '',
    about:
      'Connectors whose calls carry a `traceparent`, comma-separated; `subscribers` for webhooks. Nobody by default.',
  }),
};
