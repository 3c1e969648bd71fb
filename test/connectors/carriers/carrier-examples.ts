import { webhook as aftership } from '../../../src/connectors/carriers/aftership/webhook.ts';
import { toResult as toAustraliaPost } from '../../../src/connectors/carriers/australia-post/mapper.ts';
import { TrackReplySchema as AustraliaPostReply } from '../../../src/connectors/carriers/australia-post/wire.ts';
import { toReport as toDhl } from '../../../src/connectors/carriers/dhl-unified/mapper.ts';
import { TrackReplySchema as DhlReply } from '../../../src/connectors/carriers/dhl-unified/wire.ts';
import { webhook as easypost } from '../../../src/connectors/carriers/easypost/webhook.ts';
import { webhook as fedex } from '../../../src/connectors/carriers/fedex/webhook.ts';
import type { ParcelReport } from '../../../src/connectors/carriers/port.ts';
import { GenericSettingsSchema } from '../../../src/connectors/carriers/generic-carrier/settings.ts';
import { toResults as toGenericResults } from '../../../src/connectors/carriers/generic-carrier/to-results.ts';
import { webhook as generic } from '../../../src/connectors/carriers/generic-carrier/webhook.ts';
import { webhook as shipengine } from '../../../src/connectors/carriers/shipengine/webhook.ts';
import { webhook as shippo } from '../../../src/connectors/carriers/shippo/webhook.ts';
import { toReport as toUps } from '../../../src/connectors/carriers/ups/mapper.ts';
import { webhook as upsAlert } from '../../../src/connectors/carriers/ups/webhook.ts';
import { TrackReplySchema as UpsReply } from '../../../src/connectors/carriers/ups/wire.ts';
import { toReport as toUsps } from '../../../src/connectors/carriers/usps/mapper.ts';
import { TrackingSchema as UspsReply } from '../../../src/connectors/carriers/usps/wire.ts';
import { hookBody as aftershipBody } from '../../fixtures/carriers/aftership.ts';
import { article, consignment, trackBody as australiaPostBody } from '../../fixtures/carriers/australia-post.ts';
import { shipmentBody, trackBody as dhlBody } from '../../fixtures/carriers/dhl-unified.ts';
import { eventBody as easypostBody } from '../../fixtures/carriers/easypost.ts';
import { deliveredResult, lateResult, trackBody as fedexBody } from '../../fixtures/carriers/fedex.ts';
import { hookBody as shipengineBody } from '../../fixtures/carriers/shipengine.ts';
import { hookBody as shippoBody } from '../../fixtures/carriers/shippo.ts';
import {
  alertBody,
  deliveredActivity,
  loadedActivity,
  packageBody,
  trackBody as upsBody,
} from '../../fixtures/carriers/ups.ts';
import { trackingBody as uspsBody } from '../../fixtures/carriers/usps.ts';
import { receivedAt } from './carrier-harness.ts';
import { blockOf, guideSettings } from './generic-carrier/courier-settings.ts';

const heard = { source: 'poll', receivedAt } as const;
const guide = GenericSettingsSchema.parse(guideSettings());
export type Read = (body: unknown) => readonly ParcelReport[];
const hook =
  (webhook: { read(body: Uint8Array, at: string): readonly ParcelReport[] }): Read =>
  (body) =>
    webhook.read(Buffer.from(JSON.stringify(body) ?? ''), receivedAt);

const upsPackages: Read = (body) =>
  (UpsReply.safeParse(body).data?.trackResponse.shipment ?? []).flatMap((shipment) =>
    shipment.package.map((parcel) => toUps('1Z', parcel, heard)),
  );
const australiaPostArticles: Read = (body) =>
  (AustraliaPostReply.safeParse(body).data?.tracking_results ?? []).flatMap((one) => {
    const result = toAustraliaPost('LX', one, heard);
    return result.outcome === 'found' ? [result.report] : [];
  });

/**
 * The carriers' example documents: how each is read, and what its events mean, in the order in which they happened (`-` says
 * nothing of where the parcel is).
 */
export const examples: readonly (readonly [name: string, document: unknown, read: Read, meanings: string])[] = [
  ['EasyPost', easypostBody(), hook(easypost), 'PRE_TRANSIT DELIVERED DELIVERED'],
  ['AfterShip', aftershipBody(), hook(aftership), 'IN_TRANSIT DELIVERED DELIVERED'],
  ['Shippo', shippoBody(), hook(shippo), 'PICKED_UP DELIVERED'],
  ['ShipEngine', shipengineBody(), hook(shipengine), 'IN_TRANSIT IN_TRANSIT'],
  [
    'FedEx',
    fedexBody({ '776094337676': [deliveredResult] }),
    hook(fedex),
    'DELIVERY_ATTEMPTED(consignee_absent) OUT_FOR_DELIVERY DELIVERED DELIVERED',
  ],
  ['UPS Track Alert', alertBody(), hook(upsAlert), 'DELIVERED'],
  ['UPS', upsBody(packageBody()), upsPackages, 'PRE_TRANSIT EXCEPTION OUT_FOR_DELIVERY'],
  ['UPS, with the day of delivery', upsBody(packageBody({ deliveryDate: [{ type: 'DEL', date: '20260713' }], activity: [deliveredActivity, loadedActivity] })), upsPackages, 'OUT_FOR_DELIVERY DELIVERED'], // prettier-ignore
  ['UPS Track Alert, out for delivery', alertBody({ activityStatus: { type: 'I', code: 'OT' }, actualDeliveryDate: '' }), hook(upsAlert), 'OUT_FOR_DELIVERY'], // prettier-ignore
  [
    'FedEx, late',
    fedexBody({ '776094337676': [lateResult] }),
    hook(fedex),
    'IN_TRANSIT+delayed IN_TRANSIT IN_TRANSIT+delayed',
  ],
  ['USPS', uspsBody(), (body) => {
      const read = UspsReply.safeParse(body).data;
      return read === undefined ? [] : [toUsps('94', read, heard)];
    }, 'PRE_TRANSIT PICKED_UP IN_TRANSIT OUT_FOR_DELIVERY DELIVERED DELIVERED'], // prettier-ignore
  ['DHL', dhlBody(shipmentBody()), (body) => (DhlReply.safeParse(body).data?.shipments ?? []).map((one) => toDhl('7', one, heard)), 'PRE_TRANSIT IN_TRANSIT IN_TRANSIT'], // prettier-ignore
  ['Australia Post', australiaPostBody(article), australiaPostArticles, 'OUT_FOR_DELIVERY DELIVERED DELIVERED'],
  ['Australia Post, a consignment', australiaPostBody(consignment), australiaPostArticles, 'PICKED_UP IN_TRANSIT'],
  ['the guide’s courier', JSON.parse(blockOf('reply')), (body) => {
      const { track, statuses } = guide;
      if (track === undefined) return [];
      return toGenericResults(['BAY100', 'BAY300'], body, { track, statuses, heard }).flatMap((result) => result.outcome === 'found' ? [result.report] : []);
    }, 'PICKED_UP IN_TRANSIT OUT_FOR_DELIVERY UNKNOWN'], // prettier-ignore
  ['the guide’s hook', JSON.parse(blockOf('hook')), (body) =>
      generic.read(Buffer.from(JSON.stringify(body) ?? ''), receivedAt, guide), 'DELIVERED'], // prettier-ignore
];
