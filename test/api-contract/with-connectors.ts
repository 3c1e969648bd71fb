import * as z from 'zod';
import type { OpenApi } from './read-operations.ts';

const ConnectorsSchema = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), kind: z.string(), settings: z.record(z.string(), z.unknown()) })),
});
const InputSchema = z.looseObject({ properties: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** The document with what `GET /v1/connectors` adds to it: which settings each connector takes. */
export function withConnectors(document: OpenApi, connectors: unknown): OpenApi {
  const input = InputSchema.parse(document.components.schemas['ConnectionInput']);
  const each = ConnectorsSchema.parse(connectors).data.map(({ id, kind, settings }) => {
    const { routing, ...properties } = input.properties;
    const fixed = { ...properties, connector: { enum: [id] }, kind: { enum: [kind] }, settings };
    return { ...input, properties: kind === 'fulfilment' ? { ...fixed, routing } : fixed };
  });
  const schemas = { ...document.components.schemas, ConnectionInput: { anyOf: each } };
  return { ...document, components: { ...document.components, schemas } };
}
