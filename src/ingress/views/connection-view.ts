import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { ExternalIdSchema } from '../../domain/order-input.ts';
import { InstantSchema } from '../../domain/time.ts';
import { openConnection, type Connection } from '../../store/connections.ts';
import type { StoreDeps } from '../../store/deps.ts';
import { showSettings } from '../connection-settings.ts';
import type { IngressDeps } from '../deps.ts';

const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(1_000).optional();

export const RoutingRuleSchema = z
  .strictObject({
    storeLocationIds: list(ExternalIdSchema),
    channels: list(z.string().min(1).max(60)),
    connections: list(z.union([z.literal('generic'), IdSchema('connection')])),
  })
  .meta({
    id: 'RoutingRule',
    description: 'Each list that is given must hold the order’s value; a rule without lists takes all',
  });

export const ConnectionViewSchema = z
  .strictObject({
    id: IdSchema('connection'),
    connector: z.string(),
    kind: z.enum(['oms', 'fulfilment', 'carrier', 'lastMile']),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).meta({ description: 'Without its secrets' }),
    secretsConfigured: z.array(z.string()).meta({ description: 'Names of the secret settings that are set' }),
    routing: z.array(RoutingRuleSchema),
    paused: z.boolean(),
    webhookUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where the partner sends its webhooks; keep it to yourself' }),
    createdAt: InstantSchema,
    updatedAt: InstantSchema,
  })
  .meta({ id: 'Connection' });
export type ConnectionView = z.infer<typeof ConnectionViewSchema>;

export const webhookUrlOf = (deps: IngressDeps, token: string, door = 'in'): string =>
  `${deps.settings.baseUrl}/${door}/${token}`;

export function toConnectionView(
  deps: IngressDeps,
  store: StoreDeps,
  connection: Connection,
): z.input<typeof ConnectionViewSchema> {
  const connector = deps.connectors.get(connection.connector);
  const secrets = openConnection(store, connection);
  return {
    id: connection.id,
    connector: connection.connector,
    kind: connection.kind,
    name: connection.name,
    ...showSettings(connector, secrets.settings),
    routing: connection.routing.map(({ storeLocationIds, channels, connections }) => ({
      ...(storeLocationIds && { storeLocationIds: [...storeLocationIds] }),
      ...(channels && { channels: [...channels] }),
      ...(connections && { connections: [...connections] }),
    })),
    paused: connection.paused,
    webhookUrl:
      connector?.webhook === undefined && connector?.door === undefined
        ? null
        : webhookUrlOf(deps, secrets.token, connector.door),
    createdAt: connection.createdAt,
    updatedAt: connection.updatedAt,
  };
}
