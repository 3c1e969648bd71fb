import type { Order } from '../domain/order.ts';
import { readConnection } from '../store/connections.ts';
import type { StoreDeps } from '../store/deps.ts';
import { readOrderOnly } from '../store/orders.ts';
import { omsUpdate } from './oms-update.ts';

/** What work is about, as far as its payload says. */
export interface WorkSubject {
  order: Order | null;
  merchantId: string | undefined;
  /** Whom it was about to call. */
  connectionId: string | undefined;
  /** That one's connector; undefined where a subscriber, or nobody, was to be called. */
  connector: string | undefined;
  endpointId: string | undefined;
  inboxId: string | undefined;
  reconciliationId: string | undefined;
  /** Connection or endpoint, or `packline`. */
  target: string;
}

export async function findSubject(store: StoreDeps, job: string, payload: unknown): Promise<WorkSubject> {
  const about = readIds(payload);
  const order = about.orderId === undefined ? null : await readOrderOnly(store, about.orderId);
  const merchantId = about.merchantId ?? order?.merchantId;
  // A subscriber that cannot be reached says nothing about the partner.
  const handler = about.endpointId === undefined ? partnerOf(order, job) : undefined;
  const connectionId = about.connectionId ?? handler?.connectionId;
  const isHandler = handler !== undefined && handler.connectionId === connectionId;
  return {
    ...about,
    order,
    merchantId,
    connectionId,
    connector: isHandler ? handler.connector : await connectorOf(store, merchantId, connectionId),
    target: about.endpointId ?? connectionId ?? 'packline',
  };
}

/** Whom the work was about to call: the OMS, or whoever handles the order. */
function partnerOf(order: Order | null, job: string): { connectionId: string; connector: string } | undefined {
  if (order?.oms === undefined || job !== omsUpdate.name) return order?.fulfilment;
  return { connectionId: order.source, connector: order.oms.connector };
}

async function connectorOf(
  store: StoreDeps,
  merchantId: string | undefined,
  connectionId: string | undefined,
): Promise<string | undefined> {
  if (merchantId === undefined || connectionId === undefined) return undefined;
  return (await readConnection(store, merchantId, connectionId))?.connector;
}

const idNames = ['merchantId', 'connectionId', 'endpointId', 'orderId', 'inboxId', 'reconciliationId'] as const;

function readIds(payload: unknown): Record<(typeof idNames)[number], string | undefined> {
  const members = typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
  const ids = new Map<string, unknown>(members);
  const idOf = (name: string): string | undefined => {
    const id = ids.get(name);
    return typeof id === 'string' ? id : undefined;
  };
  return {
    merchantId: idOf('merchantId'),
    connectionId: idOf('connectionId'),
    endpointId: idOf('endpointId'),
    orderId: idOf('orderId'),
    inboxId: idOf('inboxId'),
    reconciliationId: idOf('reconciliationId'),
  };
}
