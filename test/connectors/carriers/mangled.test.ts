import { describe, expect, test } from 'vitest';
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
import { Failure } from '../../../src/domain/failure.ts';
import { mergeTracking } from '../../../src/domain/merge-tracking.ts';
import { resolveParcel } from '../../../src/domain/parcel-state.ts';
import { hookBody as aftershipBody } from '../../fixtures/carriers/aftership.ts';
import { article, trackBody as australiaPostBody } from '../../fixtures/carriers/australia-post.ts';
import { shipmentBody, trackBody as dhlBody } from '../../fixtures/carriers/dhl-unified.ts';
import { eventBody as easypostBody } from '../../fixtures/carriers/easypost.ts';
import { deliveredResult, trackBody as fedexBody } from '../../fixtures/carriers/fedex.ts';
import { hookBody as shipengineBody } from '../../fixtures/carriers/shipengine.ts';
import { hookBody as shippoBody } from '../../fixtures/carriers/shippo.ts';
import { alertBody, packageBody, trackBody as upsBody } from '../../fixtures/carriers/ups.ts';
import { trackingBody as uspsBody } from '../../fixtures/carriers/usps.ts';
import { oddValues, pathsOf, withAt } from '../../fixtures/vtex-pick-and-pack/odd-values.ts';
import { receivedAt } from './carrier-harness.ts';
import { blockOf, guideSettings } from './generic-carrier/courier-settings.ts';

const heard = { source: 'poll', receivedAt } as const;
const guide = GenericSettingsSchema.parse(guideSettings());
type Read = (body: unknown) => readonly ParcelReport[];
const hook =
  (webhook: { read(body: Uint8Array, at: string): readonly ParcelReport[] }): Read =>
  (body) =>
    webhook.read(Buffer.from(JSON.stringify(body) ?? ''), receivedAt);

const examples: readonly [string, unknown, Read][] = [
  ['EasyPost', easypostBody(), hook(easypost)],
  ['AfterShip', aftershipBody(), hook(aftership)],
  ['Shippo', shippoBody(), hook(shippo)],
  ['ShipEngine', shipengineBody(), hook(shipengine)],
  ['FedEx', fedexBody({ '776094337676': [deliveredResult] }), hook(fedex)],
  ['UPS Track Alert', alertBody(), hook(upsAlert)],
  ['UPS', upsBody(packageBody()), (body) =>
      (UpsReply.safeParse(body).data?.trackResponse.shipment ?? []).flatMap((shipment) => shipment.package.map((parcel) => toUps('1Z', parcel, heard)))], // prettier-ignore
  ['USPS', uspsBody(), (body) => {
      const read = UspsReply.safeParse(body).data;
      return read === undefined ? [] : [toUsps('94', read, heard)];
    }], // prettier-ignore
  ['DHL', dhlBody(shipmentBody()), (body) => (DhlReply.safeParse(body).data?.shipments ?? []).map((one) => toDhl('7', one, heard))], // prettier-ignore
  ['Australia Post', australiaPostBody(article), (body) =>
      (AustraliaPostReply.safeParse(body).data?.tracking_results ?? []).flatMap((one) => {
        const result = toAustraliaPost('LX', one, heard);
        return result.outcome === 'found' ? [result.report] : [];
      })], // prettier-ignore
  ['the guide’s courier', JSON.parse(blockOf('reply')), (body) => {
      const { track, statuses } = guide;
      if (track === undefined) return [];
      return toGenericResults(['BAY100', 'BAY300'], body, { track, statuses, heard }).flatMap((result) => result.outcome === 'found' ? [result.report] : []);
    }], // prettier-ignore
  ['the guide’s hook', JSON.parse(blockOf('hook')), (body) =>
      generic.read(Buffer.from(JSON.stringify(body) ?? ''), receivedAt, guide)], // prettier-ignore
];

/** Throws for anything but reports, or a Failure that says so. */
function judge(read: Read, body: unknown): readonly ParcelReport[] | null {
  try {
    return read(body);
  } catch (error) {
    if (error instanceof Failure && (error.kind === 'malformed' || error.code.endsWith('.unreadable_reply')))
      return null;
    throw error;
  }
}

describe.each(examples)('a document of %s', (_name, example, read) => {
  const whole = read(example);
  const wholeStatus = resolveParcel(whole[0]?.events ?? []).status;

  test('with anything at all in the place of any member is read or malformed, and never ends in the air', () => {
    for (const path of pathsOf(example)) {
      for (const odd of oddValues) {
        const reports = judge(read, withAt(example, path, odd)) ?? [];
        for (const { number, events } of reports) {
          expect(number).not.toBe('');
          // What is merged and kept must be JSON, and come back the same.
          expect(JSON.parse(JSON.stringify(events))).toEqual(events);
          expect(resolveParcel(mergeTracking([], events)).status).toBeTypeOf('string');
        }
      }
    }
  });

  test('without any one member says no more of the parcel than the whole does', () => {
    const ends = new Set(['DELIVERED', 'RETURNED', 'CANCELLED']);
    for (const path of pathsOf(example)) {
      const [report] = judge(read, withAt(example, path, undefined)) ?? [];
      const { status } = resolveParcel(report?.events ?? []);
      if (ends.has(status)) expect(status, path.join('.')).toBe(wholeStatus);
    }
  });
});
