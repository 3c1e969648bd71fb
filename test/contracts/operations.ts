/** One call that a connector makes, as the vendor's document writes it. */
export interface Operation {
  connector: 'vtex' | 'vtex-pick-and-pack' | 'vtex-last-mile' | 'nash';
  /** The connector's own name for it (`ConnectorCall.operation`). */
  name: string;
  method: string;
  /** Its template, parameters in the document's words. */
  path: string;
  /** `info.title` of the document that has it; null where the vendor publishes none. */
  document: string | null;
}

/** `info.title` of the vendors' documents. */
export const titles = {
  orders: 'Orders API',
  pickAndPack: 'Pick and Pack API',
  lastMile: 'Pick and Pack Last Mile Protocol API',
  logistics: 'Logistics API',
  nash: 'Nash API',
} as const;

const order = '/api/oms/pvt/orders/{orderId}';
const changes = '/api/order-system/orders/{changeOrderId}/changes';
const change = `${changes}/{changeRequestId}`;
const invoice = `${order}/invoice`;
const hook = '/api/orders/hook/config';
const feedConfig = '/api/orders/feed/config';
const feed = '/api/orders/feed';
const service = '/{carrierId}/{serviceId}';

const ofConnector =
  (connector: Operation['connector'], document: string | null) =>
  ([name, method, path]: readonly [string, string, string]): Operation => ({ connector, name, method, path, document });

/** Everything that Packline calls. `operations.test.ts` compares it with the connectors' code. */
export const operations: readonly Operation[] = [
  ...(
    [
      ['order.get', 'GET', order],
      ['order.list', 'GET', '/api/oms/pvt/orders'],
      ['order.startHandling', 'POST', `${order}/start-handling`],
      ['order.cancel', 'POST', `${order}/cancel`],
      ['order.interact', 'POST', `${order}/interactions`],
      ['change.request', 'PATCH', changes],
      ['change.list', 'GET', changes],
      ['change.get', 'GET', change],
      ['change.retry', 'POST', `${change}/retry`],
      ['change.cancel', 'POST', `${change}/cancel`],
      ['invoice.send', 'POST', invoice],
      ['invoice.ship', 'PATCH', `${invoice}/{invoiceNumber}`],
      ['invoice.track', 'PUT', `${invoice}/{invoiceNumber}/tracking`],
      ['hook.read', 'GET', hook],
      ['hook.write', 'POST', hook],
      ['feed.readConfig', 'GET', feedConfig],
      ['feed.writeConfig', 'POST', feedConfig],
      ['feed.read', 'GET', feed],
      ['feed.commit', 'POST', feed],
    ] as const
  ).map(ofConnector('vtex', titles.orders)),
  ofConnector('vtex', titles.logistics)(['stock.get', 'GET', '/api/logistics/pvt/inventory/skus/{skuId}']),
  ...(
    [
      ['sku.list', 'GET', '/api/catalog_system/pvt/sku/stockkeepingunitids'],
      ['sku.get', 'GET', '/api/catalog_system/pvt/sku/stockkeepingunitbyid/{skuId}'],
      ['price.get', 'GET', '/prices/{skuId}'],
    ] as const
  ).map(ofConnector('vtex', null)),
  ...(
    [
      ['token.create', 'POST', '/token'],
      ['order.get', 'GET', '/orders/{orderId}'],
      ['tracking.update', 'PATCH', '/orders/{orderId}/tracking'],
      ['worksheet.get', 'GET', '/worksheets/{worksheetId}'],
      ['worksheet.list', 'GET', '/worksheets'],
      ['facility.get', 'GET', '/facilities/{facilityId}'],
      ['shipment.get', 'GET', '/shipments/{shipmentId}'],
      ['shipment.list', 'GET', '/shipments'],
    ] as const
  ).map(ofConnector('vtex-pick-and-pack', titles.pickAndPack)),
  ...(
    [
      ['token.create', 'POST', '/token'],
      ['service.get', 'GET', service],
      ['service.update', 'PATCH', service],
      ['notes.add', 'POST', `/notes${service}`],
      ['evidences.add', 'POST', `/evidences${service}`],
      ['label.add', 'POST', `/labels${service}`],
      ['service.cancel', 'POST', `/cancel${service}`],
      ['service.hold', 'POST', `/on-hold${service}`],
    ] as const
  ).map(ofConnector('vtex-last-mile', titles.lastMile)),
  // "Get order status and information": a guide, without a document that a program can read.
  ...([['order.getLegacy', 'GET', '/picking-tracking/{orderId}']] as const).map(
    ofConnector('vtex-pick-and-pack', null),
  ),
  ...(
    [
      ['order.list', 'GET', '/v1/orders'],
      ['order.get', 'GET', '/v1/order/{id}'],
      ['order.upsert', 'POST', '/v1/order/external-identifier/{externalId}'],
      ['order.archive', 'DELETE', '/v1/order/{id}'],
      ['order.dispatch', 'POST', '/v1/order/external-identifier/{externalId}/autodispatch'],
      ['job.get', 'GET', '/v1/jobs/{id}'],
      ['job.list', 'GET', '/v1/jobs'],
      ['job.getByExternalId', 'GET', '/v1/jobs/external_identifier/{externalIdentifier}'],
      ['job.update', 'PATCH', '/v1/jobs/{id}'],
      ['job.update', 'PATCH', '/v1/jobs/{id}/{jobConfigurationId}'],
      ['job.cancel', 'POST', '/v1/jobs/{jobId}/cancel'],
      ['job.cancel', 'POST', '/v1/jobs/{jobId}/{objectId}/cancel'],
      ['delivery.tell', 'PATCH', '/v1/fleet/deliveries'],
      ['message.list', 'GET', '/v1/webhooks/messages'],
      ['product.put', 'POST', '/v1/products'],
      ['product.list', 'GET', '/v1/products'],
      ['inventory.put', 'POST', '/v1/inventory'],
      ['inventory.list', 'GET', '/v1/inventory'],
    ] as const
  ).map(ofConnector('nash', titles.nash)),
];

export const nameOf = ({ connector, method, path }: Operation): string => `${connector} ${method} ${path}`;

/** Wherever the API is mounted. A parameter is one segment. */
const toPattern = (path: string): RegExp =>
  new RegExp(`${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** The operation that a call is; undefined for one that the table lacks. */
export const findOperation = (
  all: readonly Operation[],
  call: { connector: string; name: string; method: string; path: string },
): Operation | undefined =>
  all.find(
    ({ connector, name, method, path }) =>
      connector === call.connector && name === call.name && method === call.method && toPattern(path).test(call.path),
  );
