import * as z from 'zod';
import { currencyDecimals } from '../../../domain/currency.ts';
import type { Order } from '../../../domain/order.ts';
import { orderStatuses } from '../../../domain/order-status.ts';
import { bagOf } from '../../../domain/bag.ts';
import { parcelsOf } from './parcels.ts';
import { shipmentStatuses, shownStatuses } from '../../../domain/shown-status.ts';

/** `GET /picking-tracking/{orderId}`: the guide's template is all there is of it. */
export const LegacyOrderSchema = z
  .strictObject({
    message: z.literal('success'),
    data: z.strictObject({
      hostname: z.string(),
      orderId: z.string(),
      fulfillmentStatus: z.enum(orderStatuses).exclude(['RECEIVED']),
      pickedItems: z.array(
        z.strictObject({
          image: z.string(),
          sellingPrice: z.number().meta({ description: 'Of one unit, in major units' }),
          ean: z.string(),
          quantity: z.number(),
          name: z.string(),
          id: z.string(),
          refId: z.string(),
          categories: z.array(z.strictObject({ name: z.string(), id: z.string() })),
        }),
      ),
      shipping: z
        .strictObject({
          trackingId: z.string(),
          trackingStatus: z.enum(shipmentStatuses),
          services: z.array(
            z.strictObject({
              serviceId: z.string(),
              courier: z.string(),
              serviceStatus: z.enum(shipmentStatuses),
              createdAt: z.iso.datetime(),
            }),
          ),
        })
        .optional(),
    }),
  })
  .meta({ id: 'PickAndPackLegacyOrder' });

/** Null for an order that no fulfilment system has: it is in no Pick and Pack. */
export function toLegacyOrder(order: Order): z.input<typeof LegacyOrderSchema> | null {
  const { legacy } = shownStatuses[order.status];
  if (legacy === null) return null;
  const parcels = parcelsOf(order);
  const newest = parcels.at(-1);
  const perMajor = 10 ** currencyDecimals(order.currency);
  return {
    message: 'success',
    data: {
      hostname: order.merchantId,
      orderId: order.externalId,
      fulfillmentStatus: legacy,
      pickedItems: (bagOf(order)?.rows ?? []).map(({ sku, name, units, unitPriceMinor, line }) => ({
        image: line?.sku === sku ? (line.imageUrl ?? '') : '',
        sellingPrice: unitPriceMinor / perMajor,
        ean: line?.sku === sku ? (line.gtin ?? '') : '',
        quantity: units,
        name,
        id: sku,
        refId: sku,
        categories: [],
      })),
      ...(newest && {
        shipping: {
          trackingId: newest.id,
          trackingStatus: newest.status,
          services: parcels.map(({ serviceId, system, status, createdAt }) => ({
            serviceId,
            courier: system,
            serviceStatus: status,
            createdAt,
          })),
        },
      }),
    },
  };
}
