import type { TestableConnection } from '../connectors/connector.ts';
import type { CarrierConnection, CarrierConnector } from '../connectors/carriers/port.ts';
import type { FulfilmentConnection, FulfilmentConnector } from '../connectors/fulfilment/port.ts';
import type { LastMileConnection, LastMileConnector, LastMilePolicy } from '../connectors/last-mile/port.ts';
import type { PullPolicy } from '../connectors/oms/catalog-source.ts';
import type { CallingOmsConnector, OmsConnection, OmsPolicy } from '../connectors/oms/port.ts';
import type { RunKind } from '../domain/bulk-run.ts';
import type { Vocabularies } from '../domain/order-change.ts';
import type { FleetWords } from '../domain/order-fleet.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Http } from '../platform/http.ts';
import type { WorkClass } from '../store/commit.ts';
import type { Connection } from '../store/connections.ts';
import type { DailyLimit } from '../store/daily-calls.ts';
import type { StoreDeps } from '../store/deps.ts';

/** A connection, ready to be called. */
export interface Opened<Kind, C extends TestableConnection> {
  record: Connection;
  connector: Kind;
  connection: C;
  settings: unknown;
  /** Where work waits that will spend this budget of the account (`default` unless named). */
  readonly laneOf: (budget?: string) => string;
}
export type OpenFulfilment = Opened<FulfilmentConnector, FulfilmentConnection>;
export type OpenOms = Opened<CallingOmsConnector, OmsConnection> & { policy: OmsPolicy };
/** `dailyLimit`: absent where the carrier limits no day. Every call is counted on it. */
export type OpenCarrier = Opened<CarrierConnector, CarrierConnection> & { dailyLimit?: DailyLimit };

export type OpenLastMile = Opened<LastMileConnector, LastMileConnection> & { policy: LastMilePolicy };

export interface OpenOptions {
  evenPaused?: boolean;
  /** Somebody waits for the answer: what is kept back of a day's calls may be spent. */
  spendsReserve?: boolean;
  /** With each request that goes out. */
  onCall?: () => void;
  /**
   * In which class its calls ask for their slots; `orders` unless it is named. Work that makes many calls in one run names its
   * own: a lower class books a slot or two ahead, and every call of an order goes before it.
   */
  class?: WorkClass;
  /** So long a call waits for its slot in here, before it is `throttled` (ms); 1,000 by default. */
  waitMaxMs?: number;
}

/**
 * Opens a merchant's connection for calls that end with `signal`. Failure `misconfigured` `connection.missing`, or
 * `throttled` `connection.paused` while somebody holds it back.
 */
type Open<O> = (
  store: StoreDeps,
  merchantId: string,
  connectionId: string,
  signal: AbortSignal,
  options?: OpenOptions,
) => Promise<O>;

/** What the workers need beside the store; put together in compose.ts. */
export interface WorkerDeps {
  vocabularies: Vocabularies;
  http: Http;
  /** Under which browsers reach the console. */
  baseUrl: string;
  /** Where the rows of bulk runs lie. */
  blobs: Blobs;
  random: () => number;
  /** A full snapshot retires so many percent of what can be bought, and more only when somebody confirms it. */
  retirePercentMax: number;
  /** Words of carriers that no table knows have come, by this connector. */
  countUnmapped(connector: string, words: number): void;
  /** One attempt to deliver an event has ended so. */
  countDelivery(outcome: 'delivered' | 'retried' | 'failed' | 'dropped'): void;
  /** Rows of a bulk run have come to their end. */
  countItems(kind: RunKind, verdict: string, rows: number): void;
  /** An order at work that nothing was heard of for so long is read at its partner. */
  quietAfterMs: number;
  /** How often all open orders are compared with the partners; 0: never. */
  reconcileEveryMs: number;
  openFulfilment: Open<OpenFulfilment>;
  openOms: Open<OpenOms>;
  openCarrier: Open<OpenCarrier>;
  openLastMile: Open<OpenLastMile>;
  /** Whose account at which vendor a connection is (connector.ts); undefined where it does not matter. */
  vendorAccountOf(store: StoreDeps, connection: Connection): string | undefined;
  /** The partner of this connection is called by us. */
  callsSomebody(connection: Pick<Connection, 'connector'>): boolean;
  /** Products and stock can be put to the system of this connection. */
  takesCatalog(connection: Pick<Connection, 'connector'>): boolean;
  /** What of a connection's catalogue is to be pulled; null: nothing. */
  pullPolicyOf(store: StoreDeps, connection: Connection): PullPolicy | null;
  /** Takes orders of its own vendor's OMS by itself: has no create call. */
  importsByItself(connection: Pick<Connection, 'connector'>): boolean;
  /** Told of a delivery, it tells the OMS by itself. */
  tellsOmsOfDelivery(store: StoreDeps, connection: Connection): boolean;
  /** Its words for the way of the merchant's own fleet; undefined for a system that is told nothing of one. */
  fleetWordsOf(connection: Pick<Connection, 'connector'>): FleetWords | undefined;
  /** For how long what was read of its documents may be shown (ms); undefined for a system that has none. */
  documentsKeptMsOf(connection: Pick<Connection, 'connector'>): number | undefined;
  /** The connection's inbound URL. */
  webhookUrlOf(store: StoreDeps, connection: Connection): string;
}
