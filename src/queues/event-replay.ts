import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Makes the deliveries of a replay, as many in a turn as go out until the next (store/replays.ts says where it is). The
 * deliveries themselves wait in their endpoint's lane, behind what happens now.
 */
export const eventReplay = defineJob({
  name: 'event-replay',
  payload: z.object({
    merchantId: IdSchema('merchant'),
    endpointId: IdSchema('endpoint'),
    replayId: IdSchema('replay'),
  }),
  id: ({ replayId }) => replayId,
  class: 'reads',
  // It calls nobody: what fails here is Redis, or us. A turn is over within seconds.
  policy: { attempts: 60, backoffMs: 1_000, backoffMaxMs: 60_000, timeoutMs: 60_000, concurrency: 2 },
});

export const eventReplayWork =
  (merchantId: string, endpointId: string) =>
  (replayId: string): NewEntry =>
    makeEntry(eventReplay, { merchantId, endpointId, replayId }, { lane: merchantLane(merchantId) });
