import type { Route } from './define-route.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { carrierRoutes } from './routes/carriers.ts';
import { brandingRoutes } from './routes/branding.ts';
import { catalogListRoutes } from './routes/catalog-lists.ts';
import { connectionActRoutes } from './routes/connection-acts.ts';
import { getConnectionHealth } from './routes/connection-health.ts';
import { connectionRoutes } from './routes/connections.ts';
import { connectorRoutes } from './routes/connectors.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { deliveryReadRoutes } from './routes/delivery.ts';
import { endpointActRoutes } from './routes/endpoint-acts.ts';
import { getEndpointHealth } from './routes/endpoint-health.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { eventRoutes } from './routes/events.ts';
import { facilityRoutes } from './routes/facilities.ts';
import { healthRoutes } from './routes/health.ts';
import { issueCorrectionRoutes } from './routes/issue-corrections.ts';
import { issueRetryRoutes } from './routes/issue-retries.ts';
import { issueRoutes } from './routes/issues.ts';
import { merchantRoutes } from './routes/merchants.ts';
import { orderActRoutes } from './routes/order-acts.ts';
import { orderBillingRoutes } from './routes/order-billing.ts';
import { orderReturnRoutes } from './routes/order-returns.ts';
import { orderSettlementRoutes } from './routes/order-settlement.ts';
import { orderTrackingRoutes } from './routes/order-tracking.ts';
import { orderRoutes } from './routes/orders.ts';
import { pullRoutes } from './routes/pulls.ts';
import { queueRoutes } from './routes/queues.ts';
import { reconciliationRoutes } from './routes/reconciliations.ts';
import { registerWebhooksRoutes } from './routes/register-webhooks.ts';
import { replayRoutes } from './routes/replays.ts';
import { runRowRoutes } from './routes/run-rows.ts';
import { runRoutes } from './routes/runs.ts';
import { safetyStockRoutes } from './routes/safety-stock.ts';
import { sandboxRoutes } from './routes/sandbox.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { searchRoutes } from './routes/search.ts';
import { seriesRoutes } from './routes/series.ts';
import { serviceRoutes } from './routes/services.ts';
import { shipmentRoutes } from './routes/shipments.ts';
import { stockReconciliationRoutes } from './routes/stock-reconciliations.ts';
import { stuckRuleRoutes } from './routes/stuck-rules.ts';
import { trackingPageRoutes } from './routes/tracking-page.ts';
import { trackingRoutes } from './routes/tracking.ts';
import { tryCarrierRoutes } from './routes/try-carrier.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { userRoutes } from './routes/users.ts';
import { worksheetRoutes } from './routes/worksheets.ts';

/** Every route that needs nothing but its call, in the order of the document. */
export const routes: readonly Route[] = [
  ...orderRoutes,
  ...orderActRoutes,
  ...orderBillingRoutes,
  ...orderReturnRoutes,
  ...orderSettlementRoutes,
  ...orderTrackingRoutes,
  ...worksheetRoutes,
  ...shipmentRoutes,
  ...trackingRoutes,
  ...carrierRoutes,
  ...trackingPageRoutes,
  ...brandingRoutes,
  ...serviceRoutes,
  ...facilityRoutes,
  ...connectorRoutes,
  ...tryCarrierRoutes,
  ...connectionRoutes,
  ...connectionActRoutes,
  getConnectionHealth,
  ...registerWebhooksRoutes,
  ...endpointRoutes,
  ...endpointActRoutes,
  getEndpointHealth,
  ...eventRoutes,
  ...deliveryRoutes,
  ...deliveryReadRoutes,
  ...replayRoutes,
  ...schemaRoutes,
  ...issueRoutes,
  ...issueRetryRoutes,
  ...issueCorrectionRoutes,
  ...stuckRuleRoutes,
  ...uploadRoutes,
  ...catalogListRoutes,
  ...runRoutes,
  ...runRowRoutes,
  ...safetyStockRoutes,
  ...pullRoutes,
  ...reconciliationRoutes,
  ...stockReconciliationRoutes,
  ...searchRoutes,
  ...erasureRoutes,
  ...merchantRoutes,
  ...apiKeyRoutes,
  ...userRoutes,
  ...auditRoutes,
  ...sandboxRoutes,
  ...seriesRoutes,
  ...queueRoutes,
  ...healthRoutes,
];
