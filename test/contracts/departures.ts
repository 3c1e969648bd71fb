import type { Finding } from './judge.ts';

/** A place where document and exchange differ, and are to: the document is at odds with itself, or says nothing. */
export interface Departure {
  /** `connector METHOD path`, or all that match. */
  operation: string | RegExp;
  direction: Finding['direction'];
  at: string | RegExp;
  /** What is said of that place; everything when absent. */
  message?: RegExp;
  /** Which document and which part of it, what speaks against it, and what we go by instead. */
  reason: string;
}

const order = '/api/oms/pvt/orders/{orderId}';

const changes = '/api/order-system/orders/{changeOrderId}/changes';

const vtexOrders: readonly Departure[] = [
  {
    operation: /^vtex (PATCH|GET) \/api\/order-system\/orders\/\{changeOrderId\}\/changes(\/\{changeRequestId\})?$/,
    direction: 'response',
    at: /^20[02] body\.(add|remove)$/,
    reason:
      'Orders API, "Create order modifications" and "… details": a list of texts, or null. Both say that it has "the schema of the object to inside the replace array", and the history has that object.',
  },
  {
    operation: /^vtex (PATCH|GET) \/api\/order-system\/orders\/\{changeOrderId\}\/changes(\/\{changeRequestId\})?$/,
    direction: 'response',
    at: /^20[02] body\.(requests\.\*\.)?replace\.\*\.(from|to)\.items\.\*\.unitMultiplier$/,
    reason:
      'Orders API, order modifications: an integer in what is answered, and a number in what is asked for, since it is how a weight is changed.',
  },
  {
    operation: `vtex GET ${changes}`,
    direction: 'response',
    at: '200 body.requests.*.replace.*.from.items.*.sellingPrice',
    reason: 'Orders API, "Get order modifications history": an integer; the 202 for the same request prints null.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.packageAttachment.packages.*.courierStatus.deliveredDate',
    reason:
      'Orders API, "Get order": a text. "Update order tracking status" takes, and its example prints, null for what is on its way.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.items.*.unitMultiplier',
    reason:
      'Orders API, "Get order": an integer. Its example prints 1.0, and the Pick and Pack API has 0.19 for an item of such an order: it is how goods are sold by weight.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.items.*.additionalInfo.dimension.weight',
    reason:
      'Orders API, "Get order": an integer. Its example prints 10.0, that of the order group 210.0, as a weight that may have decimals.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: /^200 body\.shippingData\.logisticsInfo\.\*\.(slas\.\*\.)?deliveryWindow$/,
    reason:
      'Orders API, "Get order": a text or null, and null in its examples. The same document has it as an object with startDateUtc and endDateUtc where orders are changed (schema SlaV2).',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.shippingData.logisticsInfo.*.pickupStoreInfo.address',
    reason:
      'Orders API, "Get order": a text or null. In the example of the same answer the pickup store of an SLA, which is the same thing, has a whole address there.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.shippingData.logisticsInfo.*.slas.*.pickupPointId',
    reason:
      'Orders API, "Get order": a text. The example of the order group, which has the same orders, prints null for delivery to a door.',
  },
  {
    operation: `vtex GET ${order}`,
    direction: 'response',
    at: '200 body.itemMetadata.Items.*.Ean',
    reason: 'Orders API, "Get order": a text. The example of the order group prints null for items without one.',
  },
  {
    operation: /^vtex GET \/api\/(oms\/pvt\/orders\/\{orderId\}|orders\/(hook\/config|feed\/config|feed))$/,
    direction: 'response',
    at: '404',
    reason:
      'Orders API: these reads list 200 alone. The text of "Retrieve feed items" says 404 for a key without a feed, and the writes beside the others (cancel, start handling, deleting the hook) list 404 for what is not there.',
  },
  {
    operation: `vtex POST ${order}/cancel`,
    direction: 'response',
    at: '400',
    reason:
      'Orders API, "Cancel order": its text says that invoiced orders cannot be canceled, and no status is listed for that.',
  },
  {
    operation: 'vtex POST /api/orders/hook/config',
    direction: 'request',
    at: 'body.hook.headers',
    message: /property 'key'/,
    reason:
      'Orders API, "Create or update hook configuration": the example\'s header, {"key": "value"}, became a required property named "key". Headers are named by whoever receives the hook.',
  },
  {
    operation: 'vtex POST /api/orders/hook/config',
    direction: 'response',
    at: '200 body',
    message: /required property '(Domain|OrderId|State|LastState|LastChange|CurrentChange|Origin)'/,
    reason:
      'Orders API, "Create or update hook configuration": the body of a notification is printed as the answer. The sandbox echoes the configuration; the connector reads neither.',
  },
  {
    operation: 'vtex GET /api/orders/hook/config',
    direction: 'answer',
    at: /^200 /,
    message: /unreadable_reply/,
    reason:
      'Orders API, "Get hook configuration": no body is documented. The configuration of the feed is answered as it was written; so is this one taken to be, and an empty body, which says nothing of the hook, is not understood.',
  },
];

const pickAndPack: readonly Departure[] = [
  {
    operation: /^vtex-pick-and-pack GET /,
    direction: 'response',
    at: '403 body',
    message: /exactly one schema in oneOf/,
    reason:
      'Pick and Pack API, every 403: "oneOf" of two schemas without a required property, so that every body matches both and none can be right; its own examples are not.',
  },
  {
    operation: 'vtex-pick-and-pack GET /shipments/{shipmentId}',
    direction: 'request',
    at: 'path.shipmentid',
    message: /must be number/,
    reason:
      'Pick and Pack API, "Get shipment": the id is typed as a number, described as a UUID or a carrier\'s tracking number, and printed with 30 digits, which no number of JSON keeps.',
  },
  {
    operation: 'vtex-pick-and-pack POST /token',
    direction: 'response',
    at: '401',
    reason: 'Pick and Pack API, "Generate token": only 200 is listed; the legacy guide has 401 beside it.',
  },
  {
    operation: 'vtex-pick-and-pack POST /token',
    direction: 'answer',
    at: /^200 /,
    reason:
      'Pick and Pack API, "Generate token": the schema says any text. The guides say a JWT, whose claims the connector reads for its end and its account; it takes no other text for one, and no token of another account.',
  },
];

const lastMile: readonly Departure[] = [
  {
    operation: 'vtex-last-mile POST /token',
    direction: 'response',
    at: '200 body',
    message: /must be string/,
    reason:
      'Last Mile Protocol API, "Create token": a bare text. The guide for carriers and the Pick and Pack API, for the same host, have `{message, data}`; both are read.',
  },
  {
    operation: 'vtex-last-mile POST /token',
    direction: 'answer',
    at: /^200 /,
    reason:
      'Last Mile Protocol API, "Create token": its example is "{token}", and its schema any text. As with Pick and Pack, only a JWT is taken for one.',
  },
  {
    operation: 'vtex-last-mile PATCH /{carrierId}/{serviceId}',
    direction: 'request',
    at: /^body\.(agent|totalDistanceTraveled|rating|shippingPrice)$/,
    reason:
      'Last Mile Protocol API, "Update service": texts or null. Its own answer, both examples and the guide have an object and numbers.',
  },
  {
    operation: 'vtex-last-mile PATCH /{carrierId}/{serviceId}',
    direction: 'response',
    at: /^200 body\.data\.(agent|totalDistanceTraveled|rating|shippingPrice|shippingEstimatedDate)$/,
    reason:
      'Last Mile Protocol API, "Update service": the answer echoes what was sent, which may be null, and a price with decimals (284.02 in the example of "Get service").',
  },
  {
    operation: 'vtex-last-mile GET /{carrierId}/{serviceId}',
    direction: 'response',
    at: /^200 body\.data\.(metaData\.carrier\.type\.)?rate\.shippingPrice\.value$/,
    reason: 'Last Mile Protocol API, "Get service": an integer, and 284.02 in its own example.',
  },
  {
    operation: 'vtex-last-mile GET /{carrierId}/{serviceId}',
    direction: 'response',
    at: '200 body.data.timeline.*.metaData.*',
    message: /required property 'note'/,
    reason: 'Last Mile Protocol API, "Get service": made of the example of a note; the guide prints evidences there, whose text is `content`.', // prettier-ignore
  },
  {
    operation: 'vtex-last-mile webhooks',
    direction: 'webhook',
    at: /^CreateServiceBody packages\.\*\.(totalValue|items\.\*\.price)$/,
    reason: 'Last Mile Protocol API, "Create service": integers, and 5616.01 and 774230.01 in its own example.',
  },
  {
    operation: 'vtex-last-mile webhooks',
    direction: 'webhook',
    at: 'CreateServiceBody timezone',
    message: /required property 'label'/,
    reason: 'Last Mile Protocol API, "Create service": required, and not in its own example.',
  },
  {
    operation: 'vtex-last-mile webhooks',
    direction: 'webhook',
    at: /^ResponseService (shippingPrice|shippingEstimatedDate)$/,
    reason:
      'Last Mile Protocol API, "Create service": a number and a text. The guide says that blank fields are sent as null, and nothing else can be said where a carrier has not named a price or a day yet.',
  },
  {
    operation: 'vtex-last-mile webhooks',
    direction: 'webhook',
    at: /^ServiceBody data\.(metaData\.carrier\.type\.)?rate\.shippingPrice\.value$/,
    reason: 'Last Mile Protocol API, "Rates": as in "Get service", an integer whose example is 284.02.',
  },
];

const nash: readonly Departure[] = [
  {
    operation: /^nash (POST \/v1\/jobs\/\{jobId\}\/cancel|PATCH \/v1\/jobs\/\{id\})$/,
    direction: 'request',
    at: 'path',
    message: /required property '(objectid|jobconfigurationid)'/,
    reason:
      'Nash API: the parameter of the longer path beside it (a part of the job) is required of the shorter one too, whose template has no place for it.',
  },
  {
    operation: /^nash /,
    direction: 'response',
    at: /^200 body\.(.+\.)?minimumVehicleSize$/,
    message: /allowed values/,
    reason:
      'Nash API, "minimumVehicleSize" wherever it is answered: null by its type and its default, and not among its enum.',
  },
  {
    operation: 'nash webhooks',
    direction: 'webhook',
    at: 'jobConfigurations.*.package.minimumVehicleSize',
    message: /allowed values/,
    reason: 'As in the answers: null by its type and its default, and not among its enum.',
  },
  {
    operation: /^nash .* \/v1\/orders?(\/|$)/,
    direction: 'response',
    at: /^200 body\.(results\.\*\.)?(createdAt|updatedAt)$/,
    reason:
      'Nash API: "date-time" (RFC 3339, with a zone). The example of the same field, 2023-08-29T19:17:46.264523, has none; it is UTC.',
  },
  {
    operation: /^nash POST \/v1\/(order\/external-identifier\/\{externalId\}|products|inventory)$/,
    direction: 'response',
    at: '422 body',
    message: /must be array/,
    reason:
      'Nash API: a list of errors. The pages about errors print one object; the sandbox answers either, and the connector reads both.',
  },
  {
    operation: /^nash /,
    direction: 'response',
    at: /^(400|404|409)$/,
    reason:
      'Nash API: every operation lists 200 and 422 alone. The pages about errors have 400, 404 and 409 with the codes that the connector tells apart.',
  },
];

export const departures: readonly Departure[] = [...vtexOrders, ...pickAndPack, ...lastMile, ...nash];
