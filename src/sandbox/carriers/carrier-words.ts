import type { Step } from './parcel-steps.ts';

type Words<T> = Readonly<Record<Step, T>>;

/** `status.type` and `status.code` (UPS Tracking API, Track Alert). */
export const upsWords: Words<readonly [type: string, code: string]> = {
  announced: ['M', 'MP'],
  collected: ['P', 'PU'],
  moving: ['I', 'DP'],
  delayed: ['U', 'DL'],
  outForDelivery: ['I', 'OT'],
  attempted: ['X', 'NH'],
  held: ['X', 'HP'],
  delivered: ['D', 'FS'],
  returning: ['RS', 'RS'],
  exception: ['X', 'EX'],
  canceled: ['MV', 'VD'],
};

/** `eventType` (FedEx Track API). */
export const fedexWords: Words<string> = {
  announced: 'OC',
  collected: 'PU',
  moving: 'DP',
  delayed: 'DY',
  outForDelivery: 'OD',
  attempted: 'DE',
  held: 'HL',
  delivered: 'DL',
  returning: 'RS',
  exception: 'SE',
  canceled: 'CA',
};

/** `status` and `status_detail` (EasyPost, "Tracker object"). */
export const easypostWords: Words<readonly [status: string, detail: string]> = {
  announced: ['pre_transit', 'label_created'],
  collected: ['in_transit', 'received_at_origin_facility'],
  moving: ['in_transit', 'departed_facility'],
  delayed: ['in_transit', 'delayed'],
  outForDelivery: ['out_for_delivery', 'out_for_delivery'],
  attempted: ['failure', 'status_update'],
  held: ['available_for_pickup', 'available_for_pickup'],
  delivered: ['delivered', 'arrived_at_destination'],
  returning: ['return_to_sender', 'return'],
  exception: ['failure', 'damaged'],
  canceled: ['cancelled', 'status_update'],
};

/** `tag` and `subtag` (AfterShip, "Delivery statuses"). */
export const aftershipWords: Words<readonly [tag: string, subtag: string]> = {
  announced: ['InfoReceived', 'InfoReceived_001'],
  collected: ['InTransit', 'InTransit_002'],
  moving: ['InTransit', 'InTransit_003'],
  delayed: ['Exception', 'Exception_005'],
  outForDelivery: ['OutForDelivery', 'OutForDelivery_001'],
  attempted: ['AttemptFail', 'AttemptFail_001'],
  held: ['AvailableForPickup', 'AvailableForPickup_001'],
  delivered: ['Delivered', 'Delivered_001'],
  returning: ['Exception', 'Exception_010'],
  exception: ['Exception', 'Exception_012'],
  canceled: ['Exception', 'Exception_001'],
};

/** `status` and `substatus.code` (Shippo, "Tracking statuses"). */
export const shippoWords: Words<readonly [status: string, substatus: string]> = {
  announced: ['PRE_TRANSIT', 'information_received'],
  collected: ['TRANSIT', 'package_accepted'],
  moving: ['TRANSIT', 'package_departed'],
  delayed: ['TRANSIT', 'delayed'],
  outForDelivery: ['TRANSIT', 'out_for_delivery'],
  attempted: ['TRANSIT', 'delivery_attempted'],
  held: ['TRANSIT', 'pickup_available'],
  delivered: ['DELIVERED', 'delivered'],
  returning: ['RETURNED', 'return_to_sender'],
  exception: ['FAILURE', 'package_damaged'],
  canceled: ['FAILURE', 'shipment_cancelled'],
};

/** `status_code` and `status_detail_code` (ShipEngine, "Tracking status codes"). */
export const shipengineWords: Words<readonly [status: string, detail: string]> = {
  announced: ['AC', 'ELEC_ADVICE_RECD_BY_CARRIER'],
  collected: ['IT', 'PICKED_UP'],
  moving: ['IT', 'IN_TRANSIT'],
  delayed: ['EX', 'DELAYED'],
  outForDelivery: ['IT', 'OUT_FOR_DELIVERY'],
  attempted: ['AT', 'ATTEMPTED_DELIVERY'],
  held: ['SP', 'COLLECTION_POINT'],
  delivered: ['DE', 'DELIVERED'],
  returning: ['EX', 'RETURNING'],
  exception: ['EX', 'EXCEPTION'],
  canceled: ['EX', 'CANCELLED'],
};

/** `eventType`, `statusCategory` and `eventCode` (USPS Tracking API v3). */
export const uspsWords: Words<readonly [text: string, category: string, code: string]> = {
  announced: ['Shipping Label Created, USPS Awaiting Item', 'Pre-Shipment', 'GX'],
  collected: ['USPS in possession of item', 'Accepted', '03'],
  moving: ['Arrived at USPS Regional Facility', 'In Transit', '10'],
  delayed: ['In Transit, Arriving Late', 'In Transit', 'NT'],
  outForDelivery: ['Out for Delivery', 'Out for Delivery', 'OF'],
  attempted: ['Delivery Attempt, No Access', 'Delivery Attempt', '53'],
  held: ['Available for Pickup', 'Available for Pickup', '14'],
  delivered: ['Delivered, Parcel Locker', 'Delivered', '01'],
  returning: ['Return to Sender, Refused', 'Return to Sender', '04'],
  exception: ['Alert, Insufficient Address', 'Alert', '21'],
  canceled: ['Alert, Canceled by Sender', 'Alert', 'CA'],
};

/** `statusCode` and `status` (DHL, "Shipment Tracking - Unified"): five codes, whatever happened. */
export const dhlWords: Words<readonly [code: string, status: string]> = {
  announced: ['pre-transit', 'SHIPMENT INFORMATION RECEIVED'],
  collected: ['transit', 'PICKED UP'],
  moving: ['transit', 'DEPARTED FACILITY'],
  delayed: ['transit', 'DELAYED'],
  outForDelivery: ['transit', 'WITH DELIVERY COURIER'],
  attempted: ['failure', 'DELIVERY ATTEMPTED'],
  held: ['transit', 'AWAITING COLLECTION'],
  delivered: ['delivered', 'DELIVERED'],
  returning: ['failure', 'RETURNED TO SHIPPER'],
  exception: ['failure', 'CANNOT BE DELIVERED'],
  canceled: ['failure', 'CANCELLED'],
};

/** `status` of the article and `description` of the event (Australia Post, "Statuses"). */
export const australiaPostWords: Words<readonly [status: string, text: string]> = {
  announced: ['Created', 'Shipment information received by Australia Post'],
  collected: ['In transit', 'Received by Australia Post'],
  moving: ['In transit', 'Item processed at facility'],
  delayed: ['Possible delay', 'In transit to next facility in MELBOURNE'],
  outForDelivery: ['On Board for Delivery', 'Onboard for delivery'],
  attempted: ['Unsuccessful Delivery', 'Delivery attempted'],
  held: ['Awaiting collection', 'Awaiting collection'],
  delivered: ['Delivered', 'Delivered - Left in a safe place'],
  returning: ['Cannot be delivered', 'Return to sender'],
  exception: ['Cannot be delivered', 'Cannot be delivered'],
  canceled: ['Cancelled', 'Cancelled'],
};
