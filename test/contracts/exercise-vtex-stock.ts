import { VtexCatalogClient } from '../../src/connectors/oms/vtex/catalog-client.ts';
import { VtexSettingsSchema } from '../../src/connectors/oms/vtex/settings.ts';
import { titles } from './operations.ts';
import type { Exercise, SandboxStage, Stage } from './stage.ts';

const account = 'contract';
const key = { appKey: `vtexappkey-${account}-ABCDEF`, appToken: 'token' };
const clientOf = ({ urls, io }: Stage) =>
  new VtexCatalogClient(VtexSettingsSchema.parse({ account, baseUrl: urls.oms, ...key }), io);

/** Stock: of what a catalogue is read by, VTEX publishes a document of this alone. */
export const vtexStock: Exercise = {
  connector: 'vtex',
  document: titles.logistics,
  apis: ['oms'],
  atSandbox,
  readings: [
    {
      operation: 'GET /api/logistics/pvt/inventory/skus/{skuId}',
      read: (stage) => clientOf(stage).getStock('10'),
    },
  ],
};

async function atSandbox(stage: SandboxStage): Promise<void> {
  const { control } = stage;
  await control('PUT', '/vtex/accounts', { account, ...key });
  const stock = { wh1: { total: 5, reserved: 2 }, wh2: { total: 0, unlimited: true } };
  await control('POST', `/vtex/accounts/${account}/catalog/skus`, { skus: [{ id: 10, stock }, { id: 11 }] });
  const client = clientOf(stage);
  await client.getStock('10');
  await client.getStock('11');
  await client.getStock('12');
}
