import type { NewEntry } from '../store/commit.ts';
import type { Connection } from '../store/connections.ts';
import { freeLane } from '../store/entries.ts';
import { connectionCheck } from './connection-check.ts';
import { makeEntry } from './define-job.ts';
import { feedPoll } from './feed-poll.ts';
import { parcelPoll } from './parcel-poll.ts';
import { sweep } from './sweep.ts';

/**
 * What goes on for as long as a connection is there that calls somebody. Each is one entry: pushing it while it waits is no
 * new work.
 */
export function connectionWork({ kind, merchantId, id, paused }: Connection): NewEntry[] {
  const payload = { merchantId, connectionId: id };
  if (kind === 'oms') {
    return [makeEntry(feedPoll, payload, { lane: freeLane }), makeEntry(connectionCheck, payload, { lane: freeLane })];
  }
  if (kind === 'carrier') return [makeEntry(parcelPoll, payload, { lane: freeLane })];
  if (kind !== 'fulfilment' || paused) return [];
  return [makeEntry(sweep, { kind: 'catch-up', ...payload }, { lane: freeLane })];
}
