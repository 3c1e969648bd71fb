import type { Page } from './define-page.ts';
import { attentionPages } from './pages/attention.ts';
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
];
