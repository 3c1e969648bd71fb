import type { StoreDeps } from './deps.ts';
import type { Delivery } from './events.ts';

/** The part of a commit that ends a delivery which a replay has made: the replay counts it. */
export const replayCountWrites = ({ keys, retention }: StoreDeps, { replayId, status }: Delivery): string[][] =>
  replayId === null
    ? []
    : [
        ['HINCRBY', keys.replay(replayId), status, '1'],
        ['EXPIRE', keys.replay(replayId), String(retention.eventSeconds)],
      ];
