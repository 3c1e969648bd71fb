import { setTimeout as wait } from 'node:timers/promises';
import { VtexClient } from '../../src/connectors/oms/vtex/client.ts';
import { vtex } from '../../src/connectors/oms/vtex/index.ts';
import { toInvoiceBody } from '../../src/connectors/oms/vtex/invoice-body.ts';
import { toOmsOrder } from '../../src/connectors/oms/vtex/mapper.ts';
import { VtexSettingsSchema } from '../../src/connectors/oms/vtex/settings.ts';
import type { OmsConnection } from '../../src/connectors/oms/port.ts';
import { titles } from './operations.ts';
import { refused, type Exercise, type SandboxStage, type Stage } from './stage.ts';

const account = 'contract';
const key = { appKey: `vtexappkey-${account}-ABCDEF`, appToken: 'token' };
const settingsOf = ({ urls }: Stage) => VtexSettingsSchema.parse({ account, baseUrl: urls.oms, ...key });
const clientOf = (stage: Stage): VtexClient => new VtexClient(settingsOf(stage), stage.io);

/** Of the document's own example. */
const orderId = '1268540501456-01';
const order = '/api/oms/pvt/orders/{orderId}';
const changes = '/api/order-system/orders/{changeOrderId}/changes';
const change = `${changes}/{changeRequestId}`;
const invoice = `${order}/invoice`;
const oneChange = { reason: 'Picked', remove: { items: [{ id: '18', uniqueId: 'A', quantity: 1 }] } };
const oneItem = { sku: '18', quantity: 1, unitPriceMinor: 990 };
const parcel = { trackingNumber: 'T-1', trackingUrl: null, courier: null, dispatchedDate: null };
const sale = { kind: 'sale', number: 'INV1', issuedAt: '2026-01-15T12:00:00.000Z' } as const;

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
    {
      operation: 'GET /api/oms/pvt/orders',
      read: (stage) => clientOf(stage).listOrders({ f_status: 'handling', page: '1', per_page: '100' }),
    },
    { operation: `POST ${order}/start-handling`, read: (stage) => clientOf(stage).startHandling(orderId) },
    { operation: `POST ${order}/cancel`, read: (stage) => clientOf(stage).cancelOrder(orderId, 'Out of stock') },
    { operation: `POST ${order}/interactions`, read: (stage) => clientOf(stage).addInteraction(orderId, 'Picked') },
    { operation: `PATCH ${changes}`, read: (stage) => clientOf(stage).requestChange(orderId, oneChange) },
    { operation: `GET ${changes}`, read: (stage) => clientOf(stage).readChanges(orderId) },
    { operation: `GET ${change}`, read: (stage) => clientOf(stage).readChange(orderId, 'r-1') },
    { operation: `POST ${change}/retry`, read: (stage) => clientOf(stage).retryChange(orderId, 'r-1', 'Again') },
    { operation: `POST ${change}/cancel`, read: (stage) => clientOf(stage).cancelChange(orderId, 'r-1', 'Enough') },
    {
      operation: `POST ${invoice}`,
      read: (stage) =>
        clientOf(stage).sendInvoice(orderId, toInvoiceBody({ ...sale, valueMinor: 990, lines: [oneItem] }, 'BRL')),
    },
    {
      operation: `PATCH ${invoice}/{invoiceNumber}`,
      read: (stage) => clientOf(stage).sendParcel(orderId, sale.number, parcel),
    },
    {
      operation: `PUT ${invoice}/{invoiceNumber}/tracking`,
      read: (stage) =>
        clientOf(stage).sendEvents(orderId, sale.number, { isDelivered: false, deliveredDate: null, events: [] }),
    },
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

  await writeBack(stage, oms, shop);
  const delivered = await shop({ warehouseId: 'store-2' });
  const collected = await shop({ fulfilment: 'pickup', window: null });
  const canceled = await shop();
  for (const id of [delivered, collected, canceled]) await oms.readOrder(id);
  await oms.listOpen?.('2026-01-01T00:00:00.000Z', null);
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

/** A modification that gets stuck, one that is given up, one that is done; then the invoice, the parcel, the return. */
async function writeBack({ control }: SandboxStage, { writeBack: back }: OmsConnection, shop: () => Promise<string>) {
  if (back === undefined) throw new Error('VTEX writes nothing back');
  const id = await shop();
  await control('POST', `/vtex/orders/${id}/status`, { status: 'handling' });
  const [apples, bananas] = (await back.readWriteBack(id))?.lines ?? [];
  if (apples === undefined || bananas === undefined) throw new Error('an order of two lines was to be changed');
  const modification = {
    reference: 'contract-1',
    reason: 'Picked',
    lines: [
      { lineId: bananas.lineId, keptQuantity: 1, keptWeightGrams: 211, newPriceMinor: 358 },
      {
        lineId: apples.lineId,
        keptQuantity: 0,
        substitutes: [{ sku: '21', quantity: 2, weightGrams: null, priceMinor: 480 }],
      },
    ],
    additions: [{ sku: '22', quantity: 1, weightGrams: null, priceMinor: 100 }],
  };
  for (const end of ['cancelChange', 'retryChange'] as const) {
    await control('POST', `/vtex/orders/${id}/changes`, { outcome: 'stuck' });
    const outcome = await back.modify(id, modification);
    if (outcome.asked) await back[end](id, outcome.changeId, 'Once more');
  }
  for (let asked = true; asked;) {
    asked = await back.modify(id, modification).then(
      ({ asked: more }) => more,
      () => true,
    );
    if (asked) await wait(50);
  }
  const books = await back.readWriteBack(id);
  const lines = [{ sku: bananas.sku, quantity: 1, unitPriceMinor: 358 }];
  await back.invoice(id, { ...sale, valueMinor: books?.valueMinor ?? 0, lines });
  const tracking = { invoiceNumber: sale.number, number: 'T-1', url: null, carrier: 'Demo', dispatchedAt: null };
  const events = [{ city: 'Rio', state: 'RJ', description: 'Collected', at: sale.issuedAt }];
  await back.track(id, { ...tracking, events, deliveredAt: null });
  await back.track(id, { ...tracking, events, deliveredAt: sale.issuedAt });
  await back.invoice(id, { ...sale, kind: 'return', number: 'RET1', valueMinor: 358, lines });
  await back.readWriteBack(id);
}
