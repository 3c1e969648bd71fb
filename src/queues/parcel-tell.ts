import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { Parcel } from '../domain/parcel.ts';
import type { NewEntry } from '../store/commit.ts';
import { merchantLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

export const parcelNameShape = {
  merchantId: IdSchema('merchant'),
  carrier: z.string(),
  number: z.string(),
};

/** Tell a parcel's orders, and whoever listens, how it stands. Level-triggered: while it waits, the newest state wins. */
export const parcelTell = defineJob({
  name: 'parcel-tell',
  payload: z.object(parcelNameShape),
  // Two merchants may wait for one parcel.
  id: ({ merchantId, carrier, number }, cause) => [merchantId, carrier, number, cause].join('.'),
  class: 'orders',
  policy: { attempts: 20, backoffMs: 1_000, backoffMaxMs: 300_000, timeoutMs: 30_000, concurrency: 20 },
});

export const tellWork = ({ merchantId, carrier, number, version }: Parcel): NewEntry =>
  makeEntry(parcelTell, { merchantId, carrier, number }, { lane: merchantLane(merchantId), cause: String(version) });
