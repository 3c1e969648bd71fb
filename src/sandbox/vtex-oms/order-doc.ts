import { z } from 'zod';
import { itemsOf, lineSchema, type OrderItem } from './order-items.ts';
import { makeShipping, shippingShape } from './order-shipping.ts';
import type { Package } from './packages.ts';
import { toVtexTime } from './vtex-time.ts';

/** `POST /_sandbox/vtex/orders`: an order as a shopper and a store make it. */
export const newOrderSchema = z.strictObject({
  account: z.string().optional(),
  orderId: z.string().optional(),
  ...shippingShape,
  lines: z
    .array(lineSchema)
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
    ])
    .readonly(),
  /** Members of the document that stand over what is made of the rest: a documented example, an odd value. */
  doc: z.record(z.string(), z.unknown()).optional(),
  /** How long the customer's grace period lasts (ms at speed 1) before it is `ready-for-handling`. */
  afterMs: z.int().min(0).default(0),
  /** It stays in this state instead. */
  status: z.string().optional(),
  /** So many reads find nothing yet, though its hook was sent. */
  visibleAfterReads: z.int().min(0).default(0),
  /** For so long (ms of real time) nobody can read it. */
  visibleAfterMs: z.int().min(0).default(0),
  /** Nobody can read it, ever. */
  gone: z.boolean().default(false),
});
/** What it says, what it leaves out filled in. */
export type NewOrder = z.output<typeof newOrderSchema>;
export type OrderRequest = z.input<typeof newOrderSchema>;

export type OrderDoc = Record<string, unknown> & {
  orderId: string;
  sequence: string;
  sellerOrderId: string;
  status: string;
  lastChange: string;
  /** Hundredths. */
  value: number;
  totals: { id: string; name: string; value: number }[];
  items: OrderItem[];
  itemMetadata: ReturnType<typeof itemsOf>['itemMetadata'];
  shippingData: ReturnType<typeof makeShipping>;
  /** Changes of the first version, which nobody can make any more; those of the second are not in it. */
  changesAttachment: { changesData: unknown[] } | null;
  packageAttachment: { packages: Package[] };
};

/** "Sequence number part of the order ID": all digits of `v70530116str-01`, the last six of `1268540501456-01`. */
const sequenceOf = (orderId: string, number: number): string =>
  /^v(\d+)/.exec(orderId)?.[1] ?? /(\d{6})-\d+$/.exec(orderId)?.[1] ?? String(500_000 + number);

/** What a change of the order changes. */
export const contentOf = (order: NewOrder, sequence: string, createdAtMs: number) => ({
  ...itemsOf(order.lines, sequence),
  shippingData: makeShipping(order.lines, order, createdAtMs),
});

/** The body of `GET /api/oms/pvt/orders/{orderId}`, built as the Orders API's example is: names, types and nulls. */
export function makeOrderDoc(
  order: NewOrder & { orderId: string },
  facts: { account: string; number: number; nowMs: number },
): OrderDoc {
  const { account, number, nowMs } = facts;
  const { orderId } = order;
  const sequence = sequenceOf(orderId, number);
  const content = contentOf(order, sequence, nowMs);
  const now = toVtexTime(nowMs);
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
    creationDate: now,
    lastChange: now,
    orderGroup: orderId.replace(/-\d+$/, ''),
    followUpEmail: `follow-up-${number}@example.com`,
    lastMessage: null,
    hostname: account,
    isCompleted: true,
    roundingError: 0,
    orderFormId: `order-form-${number}`,
    allowCancellation: true,
    allowEdition: false,
    isCheckedIn: false,
    authorizedDate: now,
    invoicedDate: null,
    cancelReason: null,
    checkedInPickupPointId: null,
    sellers: [
      {
        id: '1',
        name: account,
        logo: '',
        fulfillmentEndpoint: `http://fulfillment.example/api/fulfillment?an=${account}`,
      },
    ],
    clientPreferencesData: { locale: 'pt-BR', optinNewsLetter: false },
    cancellationData: null,
    taxData: null,
    subscriptionData: null,
    marketplace: { baseURL: `http://oms.example/api/oms?an=${account}`, isCertified: null, name: account },
    storePreferencesData: {
      countryCode: 'BRA',
      currencyCode: 'BRL',
      currencyFormatInfo: {
        CurrencyDecimalDigits: 2,
        CurrencyDecimalSeparator: ',',
        CurrencyGroupSeparator: '.',
        CurrencyGroupSize: 3,
        StartsWithCurrencySymbol: true,
      },
      currencyLocale: 1046,
      currencySymbol: 'R$',
      timeZone: 'E. South America Standard Time',
    },
    customData: null,
    commercialConditionData: null,
    openTextField: null,
    invoiceData: null,
    changesAttachment: null,
    callCenterOperatorData: null,
    packageAttachment: { packages: [] },
    paymentData: { transactions: [], giftCards: [] },
    ratesAndBenefitsData: { id: 'ratesAndBenefitsData', rateAndBenefitsIdentifiers: [] },
    marketingData: null,
    giftRegistryData: null,
    clientProfileData: {
      id: 'clientProfileData',
      email: `shopper-${number}@example.com`,
      firstName: 'Sam',
      lastName: 'Sandbox',
      documentType: 'cpf',
      document: '00000000000',
      phone: '+5511999990000',
      corporateName: null,
      tradeName: null,
      corporateDocument: null,
      stateInscription: null,
      corporatePhone: null,
      isCorporate: false,
      userProfileId: `profile-${number}`,
      userProfileVersion: null,
      customerClass: null,
      customerCode: null,
    },
    marketplaceItems: [],
    ...content,
  };
}
