import type { Route } from './define-route.ts';
import { deleteApiKey, getApiKeys, postApiKey } from './routes/api-keys.ts';
import {
  getConnectionHealth,
  pauseConnection,
  registerWebhooks,
  resumeConnection,
  rotateConnectionToken,
  testConnection,
} from './routes/connection-acts.ts';
import {
  getConnection,
  getConnections,
  patchConnection,
  postConnection,
  removeConnection,
} from './routes/connections.ts';
import { getConnectors } from './routes/connectors.ts';
import { getAttempts, getDeliveries, getEvents, replayDelivery } from './routes/deliveries.ts';
import { disableEndpoint, enableEndpoint, rotateSecret, testEndpoint } from './routes/endpoint-acts.ts';
import { getEndpoint, getEndpoints, patchEndpoint, postEndpoint, removeEndpoint } from './routes/endpoints.ts';
import { getLivez, getMetrics, getReadyz } from './routes/health.ts';
import { getIssue, getIssues, retryIssue } from './routes/issues.ts';
import { getMerchant, getMerchants, patchMerchant, postMerchant } from './routes/merchants.ts';
import { cancelOrder, patchOrder, resyncOrder, retryOrder } from './routes/order-acts.ts';
import { getOrder, getOrders, getPickedItems, getTimeline, postOrder } from './routes/orders.ts';

/** Every route that needs nothing but its call, in the order of the document. */
export const routes: readonly Route[] = [
  ...[postOrder, getOrders, getOrder, getTimeline, getPickedItems, patchOrder, cancelOrder, resyncOrder, retryOrder],
  ...[getConnectors, postConnection, getConnections, getConnection, patchConnection, removeConnection],
  ...[testConnection, pauseConnection, resumeConnection, rotateConnectionToken, registerWebhooks, getConnectionHealth],
  ...[postEndpoint, getEndpoints, getEndpoint, patchEndpoint, removeEndpoint],
  ...[rotateSecret, testEndpoint, enableEndpoint, disableEndpoint],
  ...[getEvents, getDeliveries, getAttempts, replayDelivery],
  ...[getIssues, getIssue, retryIssue],
  ...[postMerchant, getMerchants, getMerchant, patchMerchant, postApiKey, getApiKeys, deleteApiKey],
  ...[getLivez, getReadyz, getMetrics],
];
