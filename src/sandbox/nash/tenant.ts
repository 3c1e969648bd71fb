import type { SandboxContext } from '../context.ts';
import type { NashAnswers } from './answers.ts';
import { createCatalog, type Catalog } from './catalog.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createStamps } from './nash-time.ts';
import { createOrders, type Orders } from './orders.ts';
import type { Organisation } from './organisations.ts';
import { createStores } from './stores.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** Everything Nash keeps for one organisation. */
export interface Tenant {
  organisation: Organisation;
  orders: Orders;
  jobs: Jobs;
  catalog: Catalog;
  webhooks: Webhooks;
  /** Milliseconds since the epoch. */
  now: () => number;
  stop(): void;
}

export function createTenant(context: SandboxContext, organisation: Organisation, answers: NashAnswers): Tenant {
  const { orgId } = organisation;
  const stamp = createStamps(context.now);
  const stores = createStores(() => tenant.organisation);
  const orders = createOrders({ context, orgId, stores, answers, stamp });
  const catalog = createCatalog({ books: context.books, orgId, stores, answers });
  const webhooks = createWebhooks({ context, orgId, stamp });
  const jobs = createJobs({ context, orgId, orders, catalog, webhooks, answers, stamp });
  const tenant: Tenant = {
    organisation,
    orders,
    jobs,
    catalog,
    webhooks,
    now: context.now,
    stop() {
      jobs.stop();
      webhooks.stop();
    },
  };
  return tenant;
}
