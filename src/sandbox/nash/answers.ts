import { z } from 'zod';

/** Where Nash's documents disagree with each other or with what was seen: which reading the sandbox answers with. */
export const answersSchema = z.strictObject({
  /** Picked items of a delivery: the guide's snake_case container and words, or the OpenAPI document's camelCase ones. */
  spelling: z.enum(['picked_items', 'pickedItems']).default('picked_items'),
  /** The 422 body: the object of the error pages, or the array of the OpenAPI document. */
  validationBody: z.enum(['object', 'array']).default('object'),
  /** "`Retry-After` may be present" on a 429. */
  retryAfter: z.boolean().default(true),
  /** Inventory rows without a product or store: echoed without ids, or left out of the echo. Both are a 200. */
  orphanRows: z.enum(['echoed', 'omitted']).default('echoed'),
  /** Keys (a product's external id) of products and inventory rows that are refused, though they are as documented. */
  refusedRows: z.array(z.string()).default([]),
  /** SKUs of which no order is taken (422), though they are as documented. */
  refusedSkus: z.array(z.string()).default([]),
  /** Which rows a refused catalog request names in `details.fields`: the documents promise none of them. */
  refusalNames: z.enum(['all', 'first', 'none']).default('all'),
  /** Keys as above, of rows that are stored and left out of the 200's echo: the first time, or always. */
  silentRows: z.array(z.string()).default([]),
  silence: z.enum(['once', 'always']).default('once'),
  /** Whether a window in the past makes an order `needs_attention`, as in the bulk upsert's example. */
  pastTimes: z.enum(['accepted', 'needs_attention']).default('accepted'),
  /** Whose couriers make the deliveries: the organisation's own fleet, of which it may tell, or somebody else's. */
  fleet: z.enum(['own', 'third_party']).default('own'),
  /** Keys of deliveries that a fleet's update is refused for, and with which code. */
  refusedDeliveries: z.record(z.string(), z.string()).default({}),
  /** A job's update that is allowed: done, or dropped without a word. Both are a 200 with the job as it then is. */
  jobUpdate: z.enum(['applied', 'ignored']).default('applied'),
});

export type NashAnswers = z.output<typeof answersSchema>;
