import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { InstantSchema } from '../../domain/time.ts';
import { lastSentStates } from '../../store/delta-listed.ts';
import { PageSchema } from './page.ts';

export const ListedRowSchema = z
  .strictObject({
    partnerId: z.string().meta({ description: 'What the partner calls it' }),
    row: z
      .record(z.string(), z.unknown())
      .meta({ description: 'In the shape of an uploaded row; it need not be one that could be uploaded' }),
    lastSent: z.enum(lastSentStates).meta({
      description:
        'When it was read: `same` as the partner accepted it last from here, `different`, or `unknown` (never sent from here, or forgotten)',
    }),
  })
  .meta({ id: 'ListedRow' });

export const ListedPageSchema = PageSchema(ListedRowSchema)
  .extend({
    connectionId: IdSchema('connection'),
    total: z.int().meta({ description: 'Rows in all, by the partner’s count' }),
    fetchedAt: InstantSchema.meta({ description: 'When the partner answered this' }),
    stale: z.boolean().meta({ description: 'Older than 30 s: the partner could not be read anew in time' }),
    pendingRuns: z
      .array(z.strictObject({ runId: IdSchema('run'), createdAt: InstantSchema }))
      .meta({ description: 'Uploads whose rows are not all at the partner yet, by whose turn it is; the first 20' }),
  })
  .meta({ id: 'ListedPage' });
