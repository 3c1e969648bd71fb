import { z } from 'zod';

const quantity = z.int().min(1);
const cents = z.int().min(0);

const logistics = z.strictObject({
  logisticsInfo: z.array(
    z.strictObject({
      itemIndex: z.int().min(0),
      selectedSla: z.string(),
      selectedDeliveryChannel: z.enum(['delivery', 'pickup-in-point']),
      addressId: z.string(),
      price: cents,
    }),
  ),
});

/** Something that the order has. The examples print the last two in `remove`, where the schema lacks them. */
const takenItem = z.strictObject({
  id: z.string().min(1),
  uniqueId: z.string().optional(),
  quantity,
  price: cents.optional(),
  measurementUnit: z.string().optional(),
  unitMultiplier: z.number().positive().optional(),
});
export type TakenItem = z.output<typeof takenItem>;

/** Something that it gets. `price` is of the unit of measure ("the kilo price of apples"). */
const givenItem = z.strictObject({ ...takenItem.shape });
export type GivenItem = z.output<typeof givenItem>;

const taken = z.strictObject({ items: z.array(takenItem).min(1) });
const given = z.strictObject({ items: z.array(givenItem).min(1), shippingData: logistics.optional() });

/** `PATCH /api/order-system/orders/{changeOrderId}/changes` ("Create order modifications"). */
export const changeBody = z.strictObject({
  reason: z.string().min(1),
  add: given.optional(),
  remove: taken.optional(),
  replace: z.array(z.strictObject({ from: taken, to: given })).optional(),
  manualDiscountValue: cents.default(0),
  manualIncrementValue: cents.default(0),
});
export type ChangeBody = z.output<typeof changeBody>;

/** Retrying asks for a reason like a new request does; the rest of such a body is of no use to it. */
export const retryBody = z.looseObject({ reason: z.string().min(1) });
export const cancelChangeBody = z.strictObject({ reason: z.string().min(1) });

/**
 * How a request to come ends (`POST /_sandbox/vtex/orders/{id}/changes`): `canceled` by VTEX with a reason; `stuck` in
 * `preparing` until it is retried or canceled; `done` like any other.
 */
export const changeOutcomeSchema = z.strictObject({
  outcome: z.enum(['done', 'canceled', 'stuck']),
  reason: z.string().default("The value of the change exceed the order's price"),
});
export type ChangeOutcome = z.output<typeof changeOutcomeSchema>;
