import * as z from 'zod';
import { runKinds } from '../../domain/bulk-run.ts';
import { IdSchema } from '../../domain/ids.ts';
import { retirePhases } from '../../domain/retire.ts';
import { etaSeconds, runModes, runSources, runStatuses, type Run } from '../../domain/run.ts';
import { InstantSchema } from '../../domain/time.ts';

const CountsSchema = z.strictObject({
  received: z.int(),
  accepted: z.int().meta({ description: 'Taken by the partner; in a dry run: would have been sent' }),
  unchanged: z.int().meta({ description: 'As the partner has it already: not sent' }),
  rejected: z.int(),
  superseded: z.int().meta({ description: 'A later row about the same thing took its place' }),
});

const RetireSchema = z
  .strictObject({
    phase: z.enum(retirePhases).meta({
      description:
        'waiting: the rows come first. listing: the partner’s stock is read. held: nothing is retired until somebody confirms it. sending: it is retired',
    }),
    held: z.boolean().meta({ description: 'Somebody has to confirm it; in a dry run: would have to' }),
    listed: z.int().meta({ description: 'Rows of stock that the partner has under keys of ours' }),
    foreign: z.int().meta({ description: 'Rows that it has under none: left alone' }),
    unavailable: z.int().meta({ description: 'Of the listed, those that are not available already' }),
    wouldRetire: z.int().meta({ description: 'Of the listed, those that are absent from the upload' }),
    unreadable: z.int().meta({ description: 'Rows of the upload that do not say what they are about' }),
    retired: z.int(),
    rejected: z.int().meta({ description: 'The partner did not retire them' }),
    superseded: z.int().meta({ description: 'A newer run sent them meanwhile' }),
    runId: IdSchema('run').nullable().meta({ description: 'Of products: the run of stock that retires them' }),
  })
  .meta({ id: 'RunRetire' });

export const RunViewSchema = z
  .strictObject({
    id: IdSchema('run'),
    kind: z.enum(runKinds),
    connectionId: IdSchema('connection'),
    source: z.enum(runSources).meta({ description: 'pull: read at the merchant’s OMS, by a connection’s settings' }),
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
    storeLocationId: z.string().nullable().meta({ description: 'Of a full snapshot of one store' }),
    retire: RetireSchema.nullable().meta({
      description: 'Of a full snapshot: what becomes of that which the partner has and it has not',
    }),
    failure: z.strictObject({ code: z.string(), detail: z.string() }).nullable(),
    createdAt: InstantSchema,
    startedAt: InstantSchema.nullable().meta({ description: 'When all its rows were here' }),
    endedAt: InstantSchema.nullable(),
  })
  .meta({ id: 'Run' });
export type RunView = z.infer<typeof RunViewSchema>;

export const toRunView = ({ merchantId: _, segments: __, sequence: ___, retire, ...run }: Run): RunView => ({
  ...run,
  retire: retire && toRetireView(retire),
  // How long the partner's list is nobody knows before its end.
  etaSeconds: retire === null || retire.phase === 'waiting' ? etaSeconds(run) : null,
});

const toRetireView = ({ confirmedMax: _, nextPage: __, ...retire }: NonNullable<Run['retire']>) => retire;
