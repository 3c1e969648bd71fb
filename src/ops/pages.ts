import type { Page } from './define-page.ts';
import { attentionPages } from './pages/attention.ts';
import { auditPages } from './pages/audit.ts';
import { carrierPages } from './pages/carriers.ts';
import { connectPages } from './pages/connect.ts';
import { connectionSettingsPages } from './pages/connection-settings.ts';
import { connectionSetupPages } from './pages/connection-setup.ts';
import { connectionPages } from './pages/connection.ts';
import { connectionListPages } from './pages/connections.ts';
import { deliveryListPages } from './pages/deliveries.ts';
import { deliveryPages } from './pages/delivery.ts';
import { endpointPages } from './pages/endpoint.ts';
import { issuePages } from './pages/issue.ts';
import { merchantPages } from './pages/merchant.ts';
import { orderPages } from './pages/order.ts';
import { orderListPages } from './pages/orders.ts';
import { overviewPages } from './pages/overview.ts';
import { reportPages } from './pages/reconciliation-report.ts';
import { reconciliationPages } from './pages/reconciliation.ts';
import { replayPages } from './pages/replays.ts';
import { runPages } from './pages/run.ts';
import { runListPages } from './pages/runs.ts';
import { sandboxPages } from './pages/sandbox.ts';
import { settingsPages } from './pages/settings.ts';
import { shipmentPages } from './pages/shipment.ts';
import { shipmentListPages } from './pages/shipments.ts';
import { webhookPages } from './pages/webhooks.ts';
import { uploadPages } from './pages/upload.ts';

/** Every page of the console, in the order of the menu. */
export const pages: readonly Page[] = [
  ...attentionPages,
  ...issuePages,
  ...overviewPages,
  ...orderListPages,
  ...orderPages,
  ...runListPages,
  ...runPages,
  ...uploadPages,
  ...connectionListPages,
  // Before what would take `new` for an id.
  ...connectPages,
  ...connectionPages,
  ...connectionSettingsPages,
  ...connectionSetupPages,
  ...shipmentListPages,
  ...shipmentPages,
  ...carrierPages,
  ...webhookPages,
  ...endpointPages,
  ...deliveryListPages,
  ...deliveryPages,
  ...replayPages,
  ...reconciliationPages,
  ...reportPages,
  ...sandboxPages,
  ...auditPages,
  ...settingsPages,
  ...merchantPages,
];
