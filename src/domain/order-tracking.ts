/** How a parcel is followed, and how much of it the OMS was told. What happened on its way lies sealed with the person. */
export interface OrderTracking {
  carrier?: string | undefined;
  trackingNumber?: string | undefined;
  trackingUrl?: string | undefined;
  /** Rises with everything that is new, its way and its delivery included. */
  version: number;
  /** What the OMS has. */
  toldVersion: number;
  /** … and that it was delivered. */
  toldDelivered?: boolean | undefined;
}
