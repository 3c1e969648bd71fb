import { z } from 'zod';
import { toVtexTime } from './vtex-time.ts';

/** `POST /_sandbox/vtex/orders`: an order as a shopper and a store make it. */
export const newOrderSchema = z.strictObject({
  account: z.string().optional(),
  orderId: z.string().optional(),
  /** Whose stock it takes. */
  warehouseId: z.string().default('store-2'),
  fulfilment: z.enum(['delivery', 'pickup']).default('delivery'),
  lines: z
    .array(
      z.strictObject({
        sku: z.string(),
        name: z.string().optional(),
        quantity: z.int().min(1).default(1),
        /** Hundredths, for one unit with its multiplier. */
        price: z.int().min(0).default(990),
        unit: z.string().default('un'),
        unitMultiplier: z.number().positive().default(1),
        ean: z.string().optional(),
      }),
    )
    .min(1)
    .default([
      {
        sku: '18',
        name: 'Bay leaves 20 g',
        quantity: 1,
        price: 990,
        unit: 'un',
        unitMultiplier: 1,
        ean: '7891234567895',
      },
      { sku: '75', name: 'Bananas', quantity: 2, price: 322, unit: 'kg', unitMultiplier: 0.19 },
    ]),
  /** How long the customer's grace period lasts (ms at speed 1) before it is `ready-for-handling`. */
  afterMs: z.int().min(0).default(0),
  /** It stays in this state instead. */
  status: z.string().optional(),
  /** So many reads find nothing yet, though its hook was sent. */
  visibleAfterReads: z.int().min(0).default(0),
  /** Nobody can read it, ever. */
  gone: z.boolean().default(false),
});
export type NewOrder = z.output<typeof newOrderSchema>;
export type NewLine = NewOrder['lines'][number];

export type OrderDoc = Record<string, unknown> & { orderId: string; sequence: string; status: string };

const hourMs = 3_600_000;

/** The body of `GET /api/oms/pvt/orders/{orderId}`, built as the Orders API's example is: names, types and nulls. */
export function makeOrderDoc(
  { orderId = '', warehouseId, fulfilment, lines }: NewOrder,
  facts: { account: string; number: number; nowMs: number },
): OrderDoc {
  const { account, number, nowMs } = facts;
  const sequence = String(500_000 + number);
  const items = lines.map((line, index) => makeItem(line, `${sequence}${index}`));
  return {
    orderId,
    sequence,
    marketplaceOrderId: orderId,
    marketplaceServicesEndpoint: `http://oms.example/api/oms?an=${account}`,
    sellerOrderId: `00-${orderId}`,
    origin: 'Marketplace',
    affiliateId: '',
    salesChannel: '1',
    merchantName: null,
    status: 'order-created',
    workflowIsInError: false,
    statusDescription: '',
    ...amountsOf(lines),
    creationDate: toVtexTime(nowMs),
    lastChange: toVtexTime(nowMs),
    orderGroup: String(1_415_461_000_000 + number),
    hostname: account,
    isCompleted: true,
    roundingError: 0,
    allowCancellation: true,
    allowEdition: false,
    authorizedDate: toVtexTime(nowMs),
    invoicedDate: null,
    cancelReason: null,
    sellers: [{ id: '1', name: account, logo: '', fulfillmentEndpoint: null }],
    cancellationData: null,
    changesAttachment: null,
    openTextField: null,
    packageAttachment: { packages: [] },
    paymentData: { giftCards: [], transactions: [] },
    customData: null,
    marketingData: null,
    storePreferencesData: {
      countryCode: 'BRA',
      currencyCode: 'BRL',
      currencySymbol: 'R$',
      timeZone: 'E. South America Standard Time',
    },
    clientProfileData: {
      id: 'clientProfileData',
      email: `shopper-${number}@example.com`,
      firstName: 'Sam',
      lastName: 'Sandbox',
      documentType: 'cpf',
      document: '00000000000',
      phone: '+5511999990000',
      corporateName: null,
      isCorporate: false,
    },
    shippingData: makeShipping(lines.length, { warehouseId, fulfilment, nowMs }),
    itemMetadata: { Items: lines.map((line) => ({ Id: line.sku, Name: line.name ?? line.sku, RefId: line.sku })) },
    items,
    marketplaceItems: [],
  };
}

/** What follows from the lines; money in hundredths. */
export function amountsOf(lines: readonly Pick<NewLine, 'price' | 'quantity'>[]) {
  const itemsTotal = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const shipping = 500;
  return {
    value: itemsTotal + shipping,
    totals: [
      { id: 'Items', name: 'Items Total', value: itemsTotal },
      { id: 'Discounts', name: 'Discounts Total', value: 0 },
      { id: 'Shipping', name: 'Shipping Total', value: shipping },
      { id: 'Tax', name: 'Tax Total', value: 0 },
    ],
  };
}

export function makeItem(line: NewLine, number: string): Record<string, unknown> {
  return {
    uniqueId: number.padStart(32, 'A1B2C3D4E5F60718293A4B5C6D7E8F90'),
    id: line.sku,
    productId: line.sku,
    ean: line.ean ?? null,
    lockId: null,
    itemAttachment: { content: {}, name: null },
    attachments: [],
    quantity: line.quantity,
    seller: '1',
    name: line.name ?? line.sku,
    refId: line.sku,
    price: line.price,
    listPrice: line.price,
    manualPrice: null,
    priceTags: [],
    imageUrl: `https://images.example.com/${line.sku}.jpg`,
    components: [],
    bundleItems: [],
    params: [],
    offerings: [],
    sellerSku: line.sku,
    commission: 0,
    tax: 0,
    preSaleDate: null,
    additionalInfo: {
      brandName: null,
      dimension: { cubicweight: 0.25, height: 10, length: 10, weight: 190.5, width: 10 },
    },
    measurementUnit: line.unit,
    unitMultiplier: line.unitMultiplier,
    sellingPrice: line.price,
    isGift: false,
    shippingPrice: null,
    rewardValue: 0,
    freightCommission: 0,
    priceDefinition: null,
    parentItemIndex: null,
    parentAssemblyBinding: null,
  };
}

function makeShipping(
  lines: number,
  { warehouseId, fulfilment, nowMs }: { warehouseId: string; fulfilment: string; nowMs: number },
): Record<string, unknown> {
  const isPickup = fulfilment === 'pickup';
  const address = {
    addressType: isPickup ? 'pickup' : 'residential',
    receiverName: 'Sam Sandbox',
    addressId: 'address-1',
    postalCode: '22630-011',
    city: 'Rio de Janeiro',
    state: 'RJ',
    country: 'BRA',
    street: 'Avenida Exemplo',
    number: '126',
    neighborhood: 'Barra da Tijuca',
    complement: '10',
    reference: null,
    geoCoordinates: [-43.3373718, -23.0105873],
  };
  const logistics = (itemIndex: number) => ({
    itemIndex,
    selectedSla: 'Normal',
    lockTTL: '10d',
    price: 500,
    listPrice: 500,
    sellingPrice: 500,
    deliveryWindow: {
      startDateUtc: toVtexTime(nowMs + 2 * hourMs),
      endDateUtc: toVtexTime(nowMs + 4 * hourMs),
      price: 0,
    },
    deliveryCompany: 'Sandbox',
    shippingEstimate: '1d',
    shippingEstimateDate: toVtexTime(nowMs + 24 * hourMs),
    slas: [],
    shipsTo: ['BRA'],
    deliveryIds: [
      {
        courierId: 'courier-1',
        courierName: 'Sandbox',
        dockId: `dock-${warehouseId}`,
        quantity: 1,
        warehouseId,
        kitItemDetails: [],
      },
    ],
    deliveryChannel: isPickup ? 'pickup-in-point' : 'delivery',
    pickupStoreInfo: { additionalInfo: null, address: null, dockId: null, friendlyName: null, isPickupStore: isPickup },
    addressId: 'address-1',
    polygonName: null,
    pickupPointId: isPickup ? `1_${warehouseId}` : null,
    transitTime: '0d',
  });
  return {
    id: 'shippingData',
    address,
    logisticsInfo: Array.from({ length: lines }, (_, index) => logistics(index)),
    trackingHints: null,
    selectedAddresses: [address],
  };
}
