import type { Connector } from '../connector.ts';

/** A system that orders come from. What it must be told back is part of the port once a system wants it. */
export interface OmsConnector<S = unknown> extends Connector<S> {
  readonly kind: 'oms';
}
