import type { FulfilmentConnection, FulfilmentConnector } from '../connectors/fulfilment/port.ts';
import type { Vocabularies } from '../domain/order-change.ts';
import type { Http } from '../platform/http.ts';
import type { Connection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';

/** A fulfilment connection, ready to be called. */
export interface OpenFulfilment {
  record: Connection;
  connector: FulfilmentConnector;
  connection: FulfilmentConnection;
  /** Where work waits that will spend this account's default budget. */
  lane: string;
}

/** What the workers need beside the store; put together in compose.ts. */
export interface WorkerDeps {
  vocabularies: Vocabularies;
  http: Http;
  random: () => number;
  /**
   * Opens a merchant's fulfilment connection for calls that end with `signal`. Failure `misconfigured`
   * `connection.missing`, or `throttled` `connection.paused` while somebody holds it back.
   */
  openFulfilment(
    store: StoreDeps,
    merchantId: string,
    connectionId: string,
    signal: AbortSignal,
    options?: { evenPaused?: boolean },
  ): Promise<OpenFulfilment>;
}
