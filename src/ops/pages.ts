import type { Page } from './define-page.ts';
import { attentionPages } from './pages/attention.ts';
import { connectPages } from './pages/connect.ts';
import { connectionPages } from './pages/connection.ts';
import { connectionListPages } from './pages/connections.ts';
import { connectionSettingsPages } from './pages/connection-settings.ts';
import { connectionSetupPages } from './pages/connection-setup.ts';
import { orderPages } from './pages/order.ts';
import { orderListPages } from './pages/orders.ts';
import { runPages } from './pages/run.ts';
import { runListPages } from './pages/runs.ts';

/** Every page of the console, in the order of the menu. */
export const pages: readonly Page[] = [
  ...attentionPages,
  ...orderListPages,
  ...orderPages,
  ...runListPages,
  ...runPages,
  ...connectionListPages,
  // Before what would take `new` for an id.
  ...connectPages,
  ...connectionPages,
  ...connectionSettingsPages,
  ...connectionSetupPages,
];
