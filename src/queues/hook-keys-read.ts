import * as z from 'zod';
import { IdSchema } from '../domain/ids.ts';
import type { NewEntry } from '../store/commit.ts';
import { freeLane } from '../store/entries.ts';
import { defineJob, makeEntry } from './define-job.ts';

/**
 * Read the public keys that a carrier signs its hooks with. Fails in silence: whoever wanted it, a hook or the round of polls,
 * wants it again.
 */
export const hookKeysRead = defineJob({
  name: 'hook-keys-read',
  payload: z.object({ merchantId: IdSchema('merchant'), connectionId: IdSchema('connection') }),
  id: ({ connectionId }, cause) => `${connectionId}.${cause}`,
  // A hook waits for it.
  class: 'orders',
  policy: { attempts: 3, backoffMs: 1_000, backoffMaxMs: 10_000, timeoutMs: 30_000, concurrency: 5 },
});

/** Once a minute for a connection, however many want it and whichever process they are in. */
const onceInMs = 60_000;

export const hookKeysWork = (merchantId: string, connectionId: string, nowMs: number): NewEntry =>
  makeEntry(
    hookKeysRead,
    { merchantId, connectionId },
    { lane: freeLane, cause: String(Math.floor(nowMs / onceInMs)) },
  );
