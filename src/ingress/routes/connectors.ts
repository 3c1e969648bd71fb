import * as z from 'zod';
import type { Connector } from '../../connectors/connector.ts';
import { ok } from '../answer.ts';
import { toSettingsSchema } from '../connection-settings.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { IngressDeps } from '../deps.ts';
import { PageSchema } from '../views/page.ts';

const ConnectorSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    title: z.string(),
    settings: z
      .record(z.string(), z.unknown())
      .meta({ description: 'JSON Schema of a connection’s settings; secret fields are `writeOnly`' }),
    capabilities: z.array(z.enum(['orders', 'tracking', 'webhooks', 'catalog'])),
  })
  .meta({ id: 'Connector' });

const toView = (deps: IngressDeps, connector: Connector): z.infer<typeof ConnectorSchema> => ({
  id: connector.id,
  kind: connector.kind,
  title: connector.title,
  settings: toSettingsSchema(connector),
  capabilities: [
    connector.kind === 'carrier' ? 'tracking' : 'orders',
    ...(connector.webhook === undefined ? [] : (['webhooks'] as const)),
    ...(deps.takesCatalog({ connector: connector.id }) ? (['catalog'] as const) : []),
  ],
});

const getConnectors = defineRoute({
  method: 'get',
  path: '/v1/connectors',
  summary: 'What can be connected',
  tag: 'Connections',
  scope: 'read',
  answers: { 200: { description: 'All of them', schema: PageSchema(ConnectorSchema) } },
  handle: async ({ deps }) =>
    ok({ data: [...deps.connectors.values()].map((one) => toView(deps, one)), nextCursor: null }),
});

export const connectorRoutes: readonly Route[] = [getConnectors];
