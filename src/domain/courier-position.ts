/** Where a delivery's courier was last. Names nobody; who may be found at a place by it is why it is only kept sealed. */
export interface CourierPosition {
  /** What the fulfilment system calls the order. */
  externalRef: string;
  /** What it calls this attempt at delivering it. */
  deliveryId: string;
  /** Decimal degrees. */
  latitude: number;
  longitude: number;
  /** When we heard of it (UTC): those who tell do not say since when it is so. */
  at: string;
}
