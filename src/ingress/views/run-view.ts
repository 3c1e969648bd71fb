import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { IdSchema } from '../../domain/ids.ts';
import { etaSeconds, runModes, runStatuses, type Run } from '../../domain/run.ts';
import { InstantSchema } from '../../domain/time.ts';

const CountsSchema = z.strictObject({
  received: z.int(),
  accepted: z.int().meta({ description: 'Taken by the partner; in a dry run: would have been sent' }),
  unchanged: z.int().meta({ description: 'As the partner has it already: not sent' }),
  rejected: z.int(),
  superseded: z.int().meta({ description: 'A later row about the same thing took its place' }),
});

export const RunViewSchema = z
  .strictObject({
    id: IdSchema('run'),
    kind: z.enum(runKinds),
    connectionId: IdSchema('connection'),
    mode: z.enum(runModes),
    dryRun: z.boolean().meta({ description: 'Nothing is sent' }),
    status: z.enum(runStatuses).meta({
      description:
        'interrupted: not all rows came in, none was sent. failed: something other than a row stopped it; `failure` says what, and it can be resumed',
    }),
    counts: CountsSchema,
    requestsUsed: z.int().meta({ description: 'Requests that the partner was sent' }),
    ratePerSecond: z.number().nullable().meta({ description: 'Rows that came to their end, lately' }),
    etaSeconds: z.int().nullable(),
    cancelAsked: z.boolean(),
    failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
    createdAt: InstantSchema,
    startedAt: InstantSchema.nullable().meta({ description: 'When all its rows were here' }),
    endedAt: InstantSchema.nullable(),
  })
  .meta({ id: 'Run' });
export type RunView = z.infer<typeof RunViewSchema>;

export const toRunView = ({ merchantId: _, segments: __, ...run }: Run): RunView => ({
  ...run,
  etaSeconds: etaSeconds(run),
});
