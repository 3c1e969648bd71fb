import type { TrackingStatus } from './tracking-status.ts';

/** A parcel of an order, as far as the order has heard of it. */
export interface OrderParcel {
  carrier: string;
  trackingNumber: string;
  status: TrackingStatus;
  /** Of the parcel: what came before has been heard. */
  version: number;
}

/** How a parcel is followed, and how much of it the OMS was told. What happened on its way lies sealed with the person. */
export interface OrderTracking {
  carrier?: string | undefined;
  trackingNumber?: string | undefined;
  trackingUrl?: string | undefined;
  /** Rises with everything that is new, its way and its delivery included. */
  version: number;
  /** What the OMS has. */
  toldVersion: number;
  /** That it was delivered goes to the OMS through the fulfilment system, and what happened on its way with it. */
  viaFulfilment?: boolean | undefined;
  /** That it was delivered is told, to whomever it goes. */
  toldDelivered?: boolean | undefined;
  /** Those that a carrier has told of. */
  parcels?: readonly OrderParcel[] | undefined;
}
