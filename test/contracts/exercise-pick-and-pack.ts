import { randomUUID } from 'node:crypto';
import { PickAndPackClient, type TrackingBody } from '../../src/connectors/fulfilment/vtex-pick-and-pack/client.ts';
import { vtexPickAndPack } from '../../src/connectors/fulfilment/vtex-pick-and-pack/index.ts';
import { toSnapshot } from '../../src/connectors/fulfilment/vtex-pick-and-pack/mapper.ts';
import { Session } from '../../src/connectors/fulfilment/vtex-pick-and-pack/session.ts';
import { VtexPickAndPackSettingsSchema } from '../../src/connectors/fulfilment/vtex-pick-and-pack/settings.ts';
import { Tokens } from '../../src/connectors/vendor/vtex/tokens.ts';
import type { ConnectorIo } from '../../src/connectors/io.ts';
import { titles } from './operations.ts';
import { tokenReply } from './token-reply.ts';
import { refused, type Exercise, type SandboxStage, type Stage } from './stage.ts';

const account = 'demomarket';
const apiKey = `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`;
const settingsOf = ({ urls }: Stage, changes: Record<string, unknown> = {}) =>
  VtexPickAndPackSettingsSchema.parse({
    account,
    apiKey,
    apiBaseUrl: urls.pickAndPack,
    authBaseUrl: urls.pickAndPackAuth,
    legacyBaseUrl: urls.pickAndPackLegacy,
    ...changes,
  });
const sessionOf = (stage: Stage): Session => new Session(settingsOf(stage), stage.io, new Tokens('vtex-pick-and-pack'));

const tracking: TrackingBody = {
  deliveredDate: '2026-01-15T03:40:00.000Z',
  events: [{ city: 'Rio de Janeiro', state: 'RJ', description: 'Delivered', date: '2026-01-15T03:40:00.000Z' }],
};

/** Every status on the way of an order, until the store waits for its invoice; and after it. */
const beforeInvoice = ['READY_FOR_PICKING', 'PICKING', 'READY_FOR_PACKING', 'PACKING', 'READY_FOR_INVOICING'];
const afterInvoice = [
  'PREPARING_SHIPPING',
  'READY_FOR_SHIPPING',
  'WAITING_FOR_DELIVERY_COMPANY',
  'ON_ROUTE',
  'DELIVERED',
];
/** Other ends, which an order can be moved to by hand. */
const otherEnds = ['RETURNED', 'CANCELED', 'IDLE'];

/** Enough lines that the seeded picker finds some, leaves some out and replaces some; two are weighed. */
const lines = Array.from({ length: 16 }, (_, at) => ({
  sku: String(100 + at),
  name: `Groceries ${at}`,
  quantity: 1 + (at % 3),
  price: 990 + at,
  ...(at % 8 === 7 ? { unit: 'kg', unitMultiplier: 0.25 } : {}),
}));

export const pickAndPack: Exercise = {
  connector: 'vtex-pick-and-pack',
  document: titles.pickAndPack,
  apis: ['pickAndPack', 'pickAndPackAuth'],
  atSandbox,
  readings: [
    {
      operation: 'POST /token',
      read: (stage) => new Tokens('vtex-pick-and-pack').get(settingsOf(stage, { account: 'lastmile' }), stage.io),
    },
    {
      operation: 'GET /orders/{orderId}',
      read: (stage) =>
        withToken(stage, async (client) => {
          const order = await client.getOrder('1509750516095-01');
          return toSnapshot({ order, shipments: [] }, undefined, '2026-01-15T00:00:00.000Z');
        }),
    },
    {
      operation: 'PATCH /orders/{orderId}/tracking',
      read: (stage) => withToken(stage, (client) => client.updateTracking('1509750516095-01', tracking)),
    },
    {
      operation: 'GET /worksheets/{worksheetId}',
      read: (stage) => withToken(stage, (client) => client.getWorksheet('546744628006')),
    },
    {
      operation: 'GET /worksheets',
      read: (stage) => withToken(stage, (client) => client.listWorksheets('1509750516095-01')),
    },
    {
      operation: 'GET /facilities/{facilityId}',
      read: (stage) => withToken(stage, (client) => client.getFacility('783262b09ddc4b8facee2fa50541fd1e')),
    },
    {
      operation: 'GET /shipments/{shipmentId}',
      read: (stage) => withToken(stage, (client) => client.getShipment(randomUUID(), 'BY_INTERNAL_ID')),
    },
    {
      operation: 'GET /shipments',
      read: (stage) => withToken(stage, (client) => client.listShipments('1509750516095-01')),
    },
  ],
};

/** The token is of our own making, so that what the mock was told to answer is answered to the call that it is about. */
function withToken<T>(stage: Stage, use: (client: PickAndPackClient) => Promise<T>): Promise<T> {
  const given: ConnectorIo = {
    ...stage.io,
    call: (call) => (call.operation === 'token.create' ? Promise.resolve(tokenReply(account)) : stage.io.call(call)),
  };
  return use(new PickAndPackClient(sessionOf({ ...stage, io: given })));
}

async function atSandbox(stage: SandboxStage): Promise<void> {
  const { control, io } = stage;
  await control('PATCH', `/vtex-pick-and-pack/accounts/${account}`, { importing: false, cacheMs: 0 });
  await control('PATCH', `/vtex/accounts/${account}`, { erp: { invoices: false } });
  const client = new PickAndPackClient(sessionOf(stage));
  const connection = vtexPickAndPack.connect(settingsOf(stage), io);
  const legacy = vtexPickAndPack.connect(settingsOf(stage, { api: 'legacy' }), io);
  await connection.test();
  await legacy.test();

  for (const made of [{ lines }, { lines: lines.slice(0, 2), fulfilment: 'pickup' }]) {
    await followOrder(stage, client, made, async (externalRef) => {
      await connection.find({ externalRef });
      await legacy.find({ externalRef });
    });
  }
  await control('POST', '/vtex-pick-and-pack/tokens/expire');
  await refused(client.getOrder('nobody-has-this-01'));
  await refused(client.listWorksheets('nobody-has-this-01'));
  await refused(client.listShipments('nobody-has-this-01'));
  await refused(client.getWorksheet('546744628006'));
  await refused(client.getFacility('783262b09ddc4b8facee2fa50541fd1e'));
  await refused(client.getShipment(randomUUID(), 'BY_INTERNAL_ID'));
  await refused(new Tokens('vtex-pick-and-pack').get(settingsOf(stage, { apiKey: 'unknown' }), io));
}

/** An order from its import to the customer's door, with all that can be read of it after every step. */
async function followOrder(
  { control }: SandboxStage,
  client: PickAndPackClient,
  made: Record<string, unknown>,
  find: (orderId: string) => Promise<void>,
): Promise<void> {
  const orderId = String((await control('POST', '/vtex/orders', { account, ...made }))['orderId']);
  const imported = await control('POST', `/vtex-pick-and-pack/orders/${orderId}/import`);
  const look = async (): Promise<void> => {
    await find(orderId);
    await client.listWorksheets(orderId);
    await client.getWorksheet(String(imported['worksheetId']));
    const [shipment] = await client.listShipments(orderId);
    if (shipment === undefined) return;
    const { serviceId } = await client.getShipment(shipment.id, 'BY_INTERNAL_ID');
    await client.getShipment(String(serviceId), 'BY_EXTERNAL_ID');
  };
  const move = async (status: string): Promise<void> => {
    await control('POST', `/vtex-pick-and-pack/orders/${orderId}/status`, { status });
    await look();
  };
  await look();
  await client.getFacility(String(imported['facilityId']));
  for (const status of beforeInvoice) await move(status);
  await refused(client.updateTracking(orderId, tracking));
  await control('POST', `/vtex/orders/${orderId}/invoice?account=${account}`);
  for (const status of afterInvoice) await move(status);
  await client.updateTracking(orderId, tracking);
  await look();
  for (const status of otherEnds) await move(status);
}
