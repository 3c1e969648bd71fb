import type { GivenItem, TakenItem } from './change-schema.ts';
import type { ChangeRequest } from './changes.ts';
import type { OmsOrder } from './oms-order.ts';

/** A request as the calls answer it: names, types and nulls of the 202's example. */
export function changeView(account: string, { orderId }: OmsOrder, change: ChangeRequest) {
  const { requestId, workflowId, body, date, totalChangeValue, totals } = change;
  const { reason, manualDiscountValue, manualIncrementValue, add, remove, replace } = body;
  return {
    requestId,
    workflowId,
    reason,
    manualDiscountValue,
    manualIncrementValue,
    totalChangeValue,
    totals,
    add: add === undefined ? null : givenView(add.items),
    remove: remove === undefined ? null : takenView(remove.items),
    replace: (replace ?? []).map(({ from, to }) => ({ from: takenView(from.items), to: givenView(to.items) })),
    date,
    origin: { account, orderId, component: 'MarketplaceComponent' },
    settings: { customPaymentSystemsAllowed: [] },
  };
}

const noPayment = { paymentData: { transactions: [] } };
const noShipping = { shippingData: { logisticsInfo: [] } };

const takenView = (items: readonly TakenItem[]) => ({
  ...noPayment,
  items: items.map(({ id, uniqueId, quantity, price, measurementUnit, unitMultiplier }) => ({
    id,
    uniqueId: uniqueId ?? null,
    quantity,
    price: price ?? null,
    measurementUnit: measurementUnit ?? null,
    unitMultiplier: unitMultiplier ?? 0,
    sellingPrice: null,
    name: null,
    detailUrl: null,
    imageUrl: null,
  })),
  ...noShipping,
});

const givenView = (items: readonly GivenItem[]) => ({
  items: items.map(({ id, uniqueId, quantity, price, measurementUnit, unitMultiplier }) => ({
    uniqueId: uniqueId ?? '',
    id,
    productId: null,
    productRefId: null,
    refId: null,
    ean: null,
    name: null,
    skuName: null,
    modalType: null,
    parentItemIndex: null,
    parentAssemblyBinding: null,
    assemblies: [],
    priceValidUntil: null,
    tax: 0,
    price: price ?? null,
    listPrice: null,
    manualPrice: null,
    manualPriceAppliedBy: null,
    sellingPrice: null,
    rewardValue: 0,
    isGift: false,
    additionalInfo: {
      dimension: null,
      brandName: null,
      brandId: null,
      offeringInfo: null,
      offeringType: null,
      offeringTypeId: null,
      categoriesIds: null,
      productClusterId: null,
      commercialConditionId: null,
    },
    preSaleDate: null,
    productCategoryIds: null,
    productCategories: {},
    quantity,
    seller: null,
    sellerChain: [null],
    imageUrl: null,
    detailUrl: null,
    components: [],
    bundleItems: [],
    attachments: [],
    attachmentOfferings: [],
    offerings: [],
    priceTags: [],
    availability: null,
    measurementUnit: measurementUnit ?? 'un',
    unitMultiplier: unitMultiplier ?? 1,
    manufacturerCode: null,
    priceDefinition: null,
  })),
  ...noPayment,
  receiptData: null,
  ...noShipping,
});
