import { hash } from 'node:crypto';
import { makeId, type IdKind } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { entropy } from '../platform/entropy.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { Keyring } from '../platform/secrets.ts';
import type { Keys } from './keys.ts';
import type { Replicas } from './replicas.ts';

/** What every function of the store works with: one shard of one Redis. */
export interface StoreDeps {
  redis: RedisClient;
  /** What is accepted, committed before a call, or changed over the API waits for these; unset: for none. */
  replicas?: Replicas | undefined;
  keys: Keys;
  clock: Clock;
  /** The marker of the Redis we know (store/generation.ts). */
  generation: string;
  keyring: Keyring;
  retention: RetentionSettings;
}

/** How long things are kept after they are done, in seconds. */
export interface RetentionSettings {
  orderSeconds: number;
  eventSeconds: number;
  inboxSeconds: number;
  idempotencySeconds: number;
  /** Of bulk runs: what became of them. */
  runSeconds: number;
  /** Of bulk runs: their rows and verdicts, as they lie in the spool. */
  rowSeconds: number;
}

/** A new id at this moment. */
export const newId = (kind: IdKind, clock: Clock): string => makeId(kind, clock.now(), entropy(10));

/** SHA-256, base64url. */
export const digest = (data: string | Uint8Array): string => hash('sha256', data, 'base64url');
