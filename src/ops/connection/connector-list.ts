import * as z from 'zod';
import type { ConnectionView } from '../../ingress/views/connection-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import type { Api } from '../api.ts';

export const kindWords: Readonly<Record<ConnectionView['kind'], string>> = {
  oms: 'OMS',
  fulfilment: 'Fulfilment',
  carrier: 'Carrier',
  lastMile: 'Last mile',
};

const ConnectorSchema = z.looseObject({
  id: z.string(),
  kind: z.enum(['oms', 'fulfilment', 'carrier', 'lastMile']),
  title: z.string(),
  settings: z.record(z.string(), z.unknown()),
  capabilities: z.array(z.string()),
});
export type ConnectorView = z.infer<typeof ConnectorSchema>;

/** Everything that can be connected. */
export const readConnectors = async (api: Api): Promise<ConnectorView[]> =>
  (await api.read('GET /v1/connectors', PageSchema(ConnectorSchema))).data;
