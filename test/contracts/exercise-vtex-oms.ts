import { VtexClient } from '../../src/connectors/oms/vtex/client.ts';
import { vtex } from '../../src/connectors/oms/vtex/index.ts';
import { toOmsOrder } from '../../src/connectors/oms/vtex/mapper.ts';
import { VtexSettingsSchema } from '../../src/connectors/oms/vtex/settings.ts';
import { titles } from './operations.ts';
import { refused, type Exercise, type SandboxStage, type Stage } from './stage.ts';

const account = 'contract';
const key = { appKey: `vtexappkey-${account}-ABCDEF`, appToken: 'token' };
const settingsOf = ({ urls }: Stage) => VtexSettingsSchema.parse({ account, baseUrl: urls.oms, ...key });
const clientOf = (stage: Stage): VtexClient => new VtexClient(settingsOf(stage), stage.io);

/** Of the document's own example. */
const orderId = '1268540501456-01';
const order = '/api/oms/pvt/orders/{orderId}';

export const vtexOms: Exercise = {
  connector: 'vtex',
  document: titles.orders,
  apis: ['oms'],
  atSandbox,
  readings: [
    {
      operation: `GET ${order}`,
      read: async (stage) => toOmsOrder(await clientOf(stage).getOrder(orderId), orderId, settingsOf(stage)),
    },
    { operation: `POST ${order}/start-handling`, read: (stage) => clientOf(stage).startHandling(orderId) },
    { operation: `POST ${order}/cancel`, read: (stage) => clientOf(stage).cancelOrder(orderId, 'Out of stock') },
    { operation: `POST ${order}/interactions`, read: (stage) => clientOf(stage).addInteraction(orderId, 'Picked') },
    { operation: 'GET /api/orders/hook/config', read: (stage) => clientOf(stage).readHook() },
    { operation: 'POST /api/orders/hook/config', read: (stage) => clientOf(stage).writeHook('https://example.com/in') },
    { operation: 'GET /api/orders/feed/config', read: (stage) => clientOf(stage).readFeedConfig() },
    { operation: 'POST /api/orders/feed/config', read: (stage) => clientOf(stage).writeFeedConfig() },
    { operation: 'GET /api/orders/feed', read: (stage) => clientOf(stage).readFeed() },
    { operation: 'POST /api/orders/feed', read: (stage) => clientOf(stage).commitFeed(['handle']) },
  ],
  // The document prints a hook's notification as the answer to its configuration, and calls it by that name.
  hooks: {
    subscriber: 'contract-oms',
    schema: 'HookConfiguration',
    partOf: (body) => ('hookConfig' in body ? undefined : body),
    isLast: ({ State: state }) => state === 'invoiced',
  },
};

async function atSandbox(stage: SandboxStage): Promise<void> {
  const { control, sandboxUrl, io } = stage;
  await control('PUT', '/vtex/accounts', { account, ...key });
  const oms = vtex.connect(settingsOf(stage), io);
  const shop = async (made: Record<string, unknown> = {}): Promise<string> =>
    String((await control('POST', '/vtex/orders', { account, ...made }))['orderId']);

  // Before anything is registered: an order, a hook and a feed that are not there.
  await oms.test();
  await oms.registerHook?.(`${sandboxUrl}/subscribers/contract-oms`);
  await oms.registerFeed?.();
  await oms.test();
  await oms.readHook?.();
  await oms.readFeed?.();

  const delivered = await shop({ warehouseId: 'store-2' });
  const collected = await shop({ fulfilment: 'pickup', window: null });
  const canceled = await shop();
  for (const id of [delivered, collected, canceled]) await oms.readOrder(id);
  await oms.startHandling?.(delivered);
  // Refused with OMS003, then looked at.
  await oms.startHandling?.(delivered);
  await oms.addNote?.(delivered, 'Picked: 2 of 3 lines, 1 replaced');
  await control('POST', `/vtex/orders/${delivered}/change`, {
    receiverName: 'Ana Canary',
    address: { reference: 'Red door' },
  });
  await oms.readOrder(delivered);
  await oms.cancel?.(canceled, 'The customer changed their mind');
  await oms.readOrder(canceled);
  await control('POST', `/vtex/orders/${delivered}/invoice`);
  await oms.readOrder(delivered);
  // What is invoiced cannot be canceled.
  await oms.cancel?.(delivered, 'Too late');

  const events = (await oms.pollFeed?.()) ?? [];
  if (events.length === 0) throw new Error('the feed told nothing of the orders');
  await oms.commitFeed?.(events.map(({ handle }) => handle));
  await control('DELETE', `/vtex/accounts/${account}/feed`);
  await refused(oms.pollFeed?.() ?? Promise.resolve());
}
