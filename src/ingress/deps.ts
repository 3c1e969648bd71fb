import type { Registry } from 'prom-client';
import type { Connector, TestableConnection } from '../connectors/connector.ts';
import type { PullPolicy } from '../connectors/oms/catalog-source.ts';
import type { OmsConnection, OmsPolicy } from '../connectors/oms/port.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { PrivateLog } from '../platform/private-log.ts';
import type { RedisClient } from '../platform/redis.ts';
import type { BullQueues } from '../queues/bull-queues.ts';
import type { Connection } from '../store/connections.ts';
import type { DailyLimit } from '../store/daily-calls.ts';
import type { StoreDeps } from '../store/deps.ts';
import type { SandboxControl } from './sandbox-control.ts';

/** What of the configuration the HTTP side is bound by. */
export interface IngressSettings {
  /** Under which partners reach us; inbound webhook URLs begin with it. No slash at the end. */
  baseUrl: string;
  bodyBytesMax: number;
  /** A body that has not arrived whole after this is answered 408. */
  bodyDeadlineMs: number;
  /** An upload of which nothing has come for so long is answered 408. */
  uploadIdleMs: number;
  /** Of the rows of an upload, as text: nobody has that many, and disks are finite. */
  uploadBytesMax: number;
  /** Requests per second and key on average, and how many may come at once. */
  ratePerSecond: number;
  rateBurst: number;
  /** Hash tags that new merchants are spread over. */
  shards: number;
  /** Of Packline, for the API's document. */
  version: string;
}

/** Everything that the HTTP side needs; put together in compose.ts. */
export interface IngressDeps {
  settings: IngressSettings;
  clock: Clock;
  log: Log;
  /** Where request metrics are registered, and what `/metrics` shows. */
  metrics: Registry;
  /** Words of carriers that no table knows were told to the API. */
  countUnmapped(words: number): void;
  /** `digest` (store/deps.ts) of the admin key of the configuration; null where none is set. */
  adminKeyDigest: string | null;
  /** A `producer` profile connection, for what lies under the global tag. */
  redis: RedisClient;
  /** The marker of the Redis we know. */
  generation: string;
  /** The store of one shard, on a `producer` profile connection. */
  shard(shard: number): StoreDeps;
  /** BullMQ's queues of each shard. */
  queues(): readonly BullQueues[];
  /** Everything that can be connected, by id. */
  connectors: ReadonlyMap<string, Connector>;
  /** The egress guard's verdict on a URL that a user gave; throws a Failure that says why it is refused. */
  checkUrl(url: string): Promise<void>;
  /** Where the rows of uploads are spooled. */
  blobs: Blobs;
  /** Products and stock can be put to the system of this connection. */
  takesCatalog(connection: Pick<Connection, 'connector'>): boolean;
  /** What of a connection's catalogue is to be pulled; null: nothing. */
  pullPolicyOf(store: StoreDeps, connection: Connection): PullPolicy | null;
  /** The partner of this connection is called by us, so that there is something to test. */
  callsSomebody(connection: Pick<Connection, 'connector'>): boolean;
  /** Opens a connection for calls that end with `signal`; throws Failure `connection.missing` and the like. */
  openTestable(
    store: StoreDeps,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<{ connection: TestableConnection }>;
  openOms(
    store: StoreDeps,
    merchantId: string,
    connectionId: string,
    signal: AbortSignal,
  ): Promise<{ connection: OmsConnection; policy: OmsPolicy }>;
  /** Whose account at which vendor a connection is (connector.ts); undefined where it does not matter. */
  vendorAccountOf(store: StoreDeps, connection: Connection): string | undefined;
  /** Takes orders of its own vendor's OMS account by itself, and no others. */
  importsByItself(connection: Pick<Connection, 'connector'>): boolean;
  /** The lanes of a connection's budgets (store/lanes.ts), by budget name. */
  lanesOf(store: StoreDeps, connection: Connection): Readonly<Record<string, string>>;
  /** What a carrier allows a connection's account in a day; undefined where it counts no days. */
  dailyLimitOf(store: StoreDeps, connection: Connection): DailyLimit | undefined;
  /** The partner simulators' control; null where none run. */
  sandbox: SandboxControl | null;
  /** What was erased, outside of Redis. */
  erasureLog: PrivateLog;
  /** The process is ending: no new work, connections close after their answer. */
  draining(): boolean;
  /** Redis is so full that what is left belongs to the workers: requests that create are answered 503. */
  shedding(): boolean;
}
