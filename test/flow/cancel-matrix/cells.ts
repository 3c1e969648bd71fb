/** Where an order is when somebody cancels it. */
export const places = {
  received: 'received, and no system takes it',
  telling: 'being told to the fulfilment system',
  told: 'there, nobody has begun',
  picking: 'being picked',
  picked: 'picked, and the OMS has the picks',
  changing: 'picked, and the OMS is still at work on the change',
  recorded: 'invoiced here, and the OMS has not heard of it yet',
  invoiced: 'invoiced in the OMS',
  left: 'with the courier',
  delivered: 'with the customer',
  goneAtOms: 'canceled in the OMS',
  goneThere: 'canceled in the fulfilment system',
  amending: 'an amendment of it is on its way',
} as const;
export type Place = keyof typeof places;

export const sides = {
  merchant: 'merchant (API)',
  oms: 'OMS',
  fulfilment: 'fulfilment system',
} as const;
export type Side = keyof typeof sides;

/** How it ends, at each of the three sides. */
export interface End {
  order: string;
  /** Of the order's cancellation, `state by whom`; null where there is none. */
  cancellation: string | null;
  /** `canceled`, `goes on`, or `unknown` to it. */
  there: 'canceled' | 'goes on' | 'unknown';
  oms: 'canceled' | 'invoiced' | 'open';
  /** Problems of the order, each of which is an event too. */
  problems: readonly string[];
}

/** Whose hooks are lost while it happens: the news of where the order is comes last. */
export type Unheard = 'nash' | 'vtex';

export interface Cell {
  place: Place;
  side: Side;
  /** What the API answers the merchant. */
  api?: 202 | 409;
  end: End;
  /**
   * The other order of arrival. Order, goods and OMS end the same; what the merchant is answered who could not know better, and
   * how he is told then, may differ.
   */
  late?: { unheard: Unheard; api?: 202 } & Partial<Pick<End, 'cancellation' | 'problems'>>;
}

const end = (
  order: string,
  cancellation: string | null,
  there: End['there'],
  oms: End['oms'],
  problems: readonly string[] = [],
): End => ({ order, cancellation, there, oms, problems });
const canceledBy = (side: string, problems: readonly string[] = []): End =>
  end('CANCELED', `done by ${side}`, 'canceled', 'canceled', problems);

const refused = ['order.cancel_refused'];
const byMerchant = canceledBy('merchant');
const byOms = canceledBy('oms');
const byFulfilment = canceledBy('fulfilment');
const unheard = 'nash';
/** Accepted, and found to be too late. */
const overtaken = { api: 202, cancellation: 'refused by merchant', problems: refused } as const;

/** The decisions. Each is played; docs/cancel.md shows them. */
export const cells: readonly Cell[] = [
  { place: 'received', side: 'merchant', api: 202, end: end('CANCELED', 'done by merchant', 'unknown', 'canceled', ['order.no_route']) }, // prettier-ignore
  { place: 'received', side: 'oms', end: end('CANCELED', 'done by oms', 'unknown', 'canceled', ['order.no_route']) },

  { place: 'telling', side: 'merchant', api: 202, end: byMerchant },
  { place: 'telling', side: 'oms', end: byOms },

  { place: 'told', side: 'merchant', api: 202, end: byMerchant },
  { place: 'told', side: 'oms', end: byOms },
  { place: 'told', side: 'fulfilment', end: byFulfilment, late: { unheard } },

  { place: 'picking', side: 'merchant', api: 202, end: byMerchant, late: { unheard, api: 202 } },
  { place: 'picking', side: 'oms', end: byOms, late: { unheard } },
  { place: 'picking', side: 'fulfilment', end: byFulfilment, late: { unheard } },

  { place: 'picked', side: 'merchant', api: 202, end: byMerchant, late: { unheard, api: 202 } },
  { place: 'picked', side: 'oms', end: byOms, late: { unheard } },
  { place: 'picked', side: 'fulfilment', end: byFulfilment, late: { unheard } },

  { place: 'changing', side: 'merchant', api: 202, end: byMerchant },
  { place: 'changing', side: 'oms', end: byOms },
  { place: 'changing', side: 'fulfilment', end: byFulfilment, late: { unheard } },

  { place: 'recorded', side: 'merchant', api: 409, end: end('INVOICED', null, 'goes on', 'invoiced') },
  { place: 'recorded', side: 'oms', end: canceledBy('oms', ['invoice.withdrawn']) },
  { place: 'recorded', side: 'fulfilment', end: canceledBy('fulfilment', ['invoice.withdrawn']), late: { unheard } },

  { place: 'invoiced', side: 'merchant', api: 409, end: end('INVOICED', null, 'goes on', 'invoiced'), late: { unheard: 'vtex', ...overtaken } }, // prettier-ignore
  { place: 'invoiced', side: 'oms', end: end('INVOICED', null, 'goes on', 'invoiced') },
  { place: 'invoiced', side: 'fulfilment', end: end('CANCELED', 'done by fulfilment', 'canceled', 'invoiced', ['oms.cancel_refused']), late: { unheard } }, // prettier-ignore

  { place: 'left', side: 'merchant', api: 202, end: end('ON_ROUTE', 'refused by merchant', 'goes on', 'open', refused), late: { unheard, api: 202 } }, // prettier-ignore
  { place: 'left', side: 'oms', end: end('ON_ROUTE', 'refused by oms', 'goes on', 'canceled', refused), late: { unheard } }, // prettier-ignore
  { place: 'left', side: 'fulfilment', end: byFulfilment, late: { unheard } },

  { place: 'delivered', side: 'merchant', api: 409, end: end('DELIVERED', null, 'goes on', 'open'), late: { unheard, ...overtaken } }, // prettier-ignore
  { place: 'delivered', side: 'oms', end: end('DELIVERED', 'refused by oms', 'goes on', 'canceled', refused), late: { unheard } }, // prettier-ignore
  { place: 'delivered', side: 'fulfilment', end: end('DELIVERED', null, 'canceled', 'open', ['order.delivered_after_cancel']) }, // prettier-ignore

  { place: 'goneAtOms', side: 'merchant', api: 409, end: byOms, late: { unheard: 'vtex', api: 202, cancellation: 'done by merchant' } }, // prettier-ignore
  { place: 'goneAtOms', side: 'fulfilment', end: byOms, late: { unheard: 'vtex', cancellation: 'done by fulfilment' } },
  { place: 'goneThere', side: 'merchant', api: 409, end: byFulfilment, late: { unheard, api: 202, cancellation: 'done by merchant' } }, // prettier-ignore
  { place: 'goneThere', side: 'oms', end: byFulfilment, late: { unheard, cancellation: 'done by oms' } },

  { place: 'amending', side: 'merchant', api: 202, end: byMerchant },
  { place: 'amending', side: 'oms', end: byOms },
];
