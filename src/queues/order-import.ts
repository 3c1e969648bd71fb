import * as z from 'zod';
import { ExternalIdSchema } from '../domain/order-input.ts';
import { IdSchema } from '../domain/ids.ts';
import { defineJob } from './define-job.ts';

const ofConnection = { merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') };

/**
 * Learn of an order at the OMS that it comes from: from a message that lies in the inbox, or by reading it (`externalId`)
 * because somebody asked. An order that we do not know is read and accepted; of one that we know, the difference goes on.
 */
export const orderImport = defineJob({
  name: 'order-import',
  payload: z.union([
    z.object({ ...ofConnection, inboxId: IdSchema('inbox') }),
    z.object({
      ...ofConnection,
      externalId: ExternalIdSchema,
      /** Found in a list, where it is not said that it is ours to handle. */
      listed: z.boolean().optional(),
      reconciliationId: IdSchema('reconciliation').optional(),
    }),
  ]),
  id: (payload, cause) => ('inboxId' in payload ? payload.inboxId : `${payload.connectionId}.${cause}`),
  class: 'orders',
  policy: {
    attempts: 14, // about an hour with the waits below: a hook may be well ahead of what the OMS shows
    backoffMs: 1_000,
    backoffMaxMs: 600_000,
    timeoutMs: 60_000,
    concurrency: 50,
  },
});
