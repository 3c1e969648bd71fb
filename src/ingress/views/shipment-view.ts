import * as z from 'zod';
import type { ToldShipment } from '../../domain/fulfilment-documents.ts';
import { IdSchema } from '../../domain/ids.ts';
import type { Order } from '../../domain/order.ts';
import { shipmentName } from '../../domain/order-parts.ts';
import { contentOf } from '../../domain/parcel-content.ts';
import { parcelsOf, type Parcel } from '../../domain/parcels.ts';
import { shipmentStatuses } from '../../domain/shown-status.ts';
import { InstantSchema } from '../../domain/time.ts';
import { TrackingStatusSchema } from '../../domain/tracking-status.ts';
import { partIdOf } from '../../store/part-ids.ts';
import type { ShownOrder } from '../fresh-documents.ts';
import { vocabularies } from '../../connectors/registry.ts';
import { freshnessFields } from './worksheet-view.ts';

const PackageSchema = z.strictObject({
  externalId: z.string(),
  description: z.string().nullable(),
  weightGrams: z.int().nullable(),
  valueMinor: z.int().nullable(),
  items: z.array(z.strictObject({ sku: z.string(), name: z.string().nullable(), quantity: z.number() })),
});

/** One delivery of an order. To whom it goes stands in the order. */
export const ShipmentViewSchema = z
  .strictObject({
    id: IdSchema('shipment'),
    orderId: IdSchema('order'),
    externalId: z.string().meta({ description: 'Its id at the fulfilment system' }),
    serviceId: z
      .string()
      .nullable()
      .meta({ description: 'Its id at the carrier, where the fulfilment system tells that' }),
    system: z.string().meta({ description: 'Which system told of it' }),
    status: z
      .string()
      .meta({ description: `One of ${shipmentStatuses.join(', ')}, or another word of the fulfilment system` }),
    partnerStatus: z
      .string()
      .nullable()
      .meta({ description: 'The fulfilment system’s own word, as old as `fetchedAt`' }),
    type: z.string().nullable(),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    trackingUrl: z.string().nullable(),
    trackingPageUrl: z.string().nullable().meta({
      description: 'A page for the customer; whoever has the address may see it. Null once the person was erased',
    }),
    parcels: z
      .array(z.strictObject({ carrier: z.string(), trackingNumber: z.string(), status: TrackingStatusSchema }))
      .meta({
        description:
          'The order’s parcels as their carriers tell; more in `GET /v1/tracking/{carrier}/{trackingNumber}`',
      }),
    courier: z.union([z.strictObject({ name: z.string(), vehicle: z.string().nullable() }), z.null()]),
    position: z.strictObject({ latitude: z.number(), longitude: z.number(), at: InstantSchema }).nullable().meta({
      description: 'Where its courier was last, while it is on its way and where the fulfilment system tells that',
    }),
    packages: z.array(PackageSchema),
    createdAt: InstantSchema.nullable(),
    deliveredAt: InstantSchema.nullable(),
    ...freshnessFields,
  })
  .meta({ id: 'Shipment' });
export type ShipmentView = z.infer<typeof ShipmentViewSchema>;

/** A shipment as it is shown, and what was told of it beside that. */
export interface ShownShipment {
  view: ShipmentView;
  told: ToldShipment | undefined;
}

/** All deliveries of an order, whoever told of them; newest ids first. */
export function toShipments(shown: ShownOrder, trackingPageUrl: string | null): ShownShipment[] {
  const { order } = shown.stored;
  const system = order.fulfilment?.connector ?? '';
  const told = new Map((shown.documents?.shipments ?? []).map((one) => [shipmentName(system, `shipment:${one.externalId}`), one])); // prettier-ignore
  const parcels = new Map(parcelsOf(order, vocabularies).map((one) => [shipmentName(one.system, one.subject), one]));
  return [...new Set([...parcels.keys(), ...told.keys()])]
    .map((name) => ({
      view: { ...toView(shown, name, parcels.get(name), told.get(name)), trackingPageUrl },
      told: told.get(name),
    }))
    .sort((a, b) => (a.view.id < b.view.id ? 1 : -1));
}

/** How it stands is known from what was heard of it, hooks included; the document says the rest. */
function toView(
  { stored: { order }, fetchedAt, stale, positions }: ShownOrder,
  name: string,
  parcel: Parcel | undefined,
  told: ToldShipment | undefined,
): Omit<ShipmentView, 'trackingPageUrl'> {
  // prettier-ignore
  const system = parcel?.system ?? order.fulfilment?.connector ?? '';
  const { carrier, trackingNumber, trackingUrl } = order.tracking ?? {};
  const externalId = parcel?.externalId ?? told?.externalId ?? '';
  return {
    id: partIdOf('shipment', order.id, name),
    orderId: order.id,
    externalId,
    serviceId: told?.serviceId ?? null,
    system,
    status: parcel?.status ?? told?.status ?? 'UNKNOWN',
    partnerStatus: told?.status ?? null,
    type: told?.type ?? (order.fulfilmentMethod === 'pickup' ? 'PICKUP' : 'PICKUP_DELIVERY'),
    carrier: told?.carrier ?? carrier ?? null,
    trackingNumber: trackingNumber ?? null,
    trackingUrl: told?.trackingUrl ?? trackingUrl ?? null,
    parcels: (order.tracking?.parcels ?? []).map(({ version: _, ...heard }) => heard),
    courier: told?.courier ?? null,
    position: Object.hasOwn(positions, externalId) ? (positions[externalId] ?? null) : null,
    packages: told === undefined ? [toPackage(order, externalId)] : told.packages.map(toToldPackage),
    createdAt: told?.createdAt ?? parcel?.createdAt ?? null,
    deliveredAt: parcel?.deliveredAt ?? told?.deliveredAt ?? null,
    fetchedAt: told === undefined ? null : fetchedAt,
    stale: told !== undefined && stale,
  };
}

const toToldPackage = ({ items, ...rest }: ToldShipment['packages'][number]) => ({ ...rest, items: [...items] });

/** Nobody tells how many there are: what is in the bag is in one. */
function toPackage(order: Order, externalId: string): z.input<typeof PackageSchema> {
  const { items, grams, totalValue } = contentOf(order);
  return {
    externalId,
    description: null,
    weightGrams: grams === 0 ? null : grams,
    valueMinor: totalValue,
    items: items.map(({ id, name, quantity }) => ({ sku: id, name, quantity })),
  };
}
