import type { Command } from 'commander';
import type { OrderView } from '../ingress/views/order-view.ts';
import { asMerchant, callAsMerchant, pathOf, print, type MerchantOptions } from './as-merchant.ts';
import { findOrder } from './find-order.ts';
import { toWhole } from './option-values.ts';
import { describeOrder, describeStep, lineOfOrder, type TimelineStep } from './show-order.ts';

interface ListOptions extends MerchantOptions {
  status?: string;
  store?: string;
  externalId?: string;
  limit: number;
}
interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

const pageSize = 200;
const anyId = 'ord_…, or any other id that search knows: the order’s at its OMS or at a partner';

/** `packline orders …`: over HTTP, as a merchant. */
export function addOrderCommands(program: Command): void {
  const orders = program.command('orders').description('orders and what became of them');
  const act = async <T>(options: MerchantOptions, id: string, name: string, body: object = {}): Promise<T> =>
    callAsMerchant<T>(options, pathOf('orders', await findOrder(options, id), name), { method: 'POST', body });

  asMerchant(orders.command('list'))
    .description('the newest first')
    .option('--status <status>', 'in this status, such as PICKING')
    .option('--store <id>', 'of this store')
    .option('--external-id <id>', 'with this id at its OMS')
    .option('--limit <number>', 'so many at the most', toWhole(1, 10_000), 50)
    .action(async (options: ListOptions) => {
      const found = await listOrders(options);
      print(found, options, found.length === 0 ? ['none'] : found.map(lineOfOrder));
    });
  asMerchant(orders.command('show'))
    .description('one order and its timeline')
    .argument('<id>', anyId)
    .action(async (id: string, options: MerchantOptions) => {
      const orderId = await findOrder(options, id);
      const [order, timeline] = await Promise.all([
        callAsMerchant<OrderView>(options, pathOf('orders', orderId)),
        callAsMerchant<Page<TimelineStep>>(options, pathOf('orders', orderId, 'timeline')),
      ]);
      print({ order, timeline: timeline.data }, options, [...describeOrder(order), ...timeline.data.map(describeStep)]);
    });
  asMerchant(orders.command('retry'))
    .description('try again what failed for an order')
    .argument('<id>', anyId)
    .action(async (id: string, options: MerchantOptions) => {
      const retried = await act<{ id: string; revived: number; resubmitted: boolean }>(options, id, 'retry');
      const said = retried.resubmitted
        ? 'handed to its fulfilment system again'
        : `${retried.revived} pieces of work put back to wait`;
      print(retried, options, [`${retried.id}  ${said}`]);
    });
  asMerchant(orders.command('resync'))
    .description('read an order anew at its fulfilment system and its OMS')
    .argument('<id>', anyId)
    .action(async (id: string, options: MerchantOptions) => {
      const order = await act<OrderView>(options, id, 'resync');
      print(order, options, [`${lineOfOrder(order)}  is read anew`]);
    });
  asMerchant(orders.command('cancel'))
    .description('ask for an order to be canceled; its fulfilment system decides whether it is too late')
    .argument('<id>', anyId)
    .option('--reason <text>', 'shown to all; name no person')
    .action(async (id: string, options: MerchantOptions & { reason?: string }) => {
      const { reason } = options;
      const order = await act<OrderView>(options, id, 'cancel', reason === undefined ? {} : { reason });
      print(order, options, [`${lineOfOrder(order)}  cancellation ${order.cancellation?.state ?? 'requested'}`]);
    });
}

async function listOrders({ status, store, externalId, limit, ...options }: ListOptions): Promise<OrderView[]> {
  const query = new URLSearchParams({
    limit: String(Math.min(limit, pageSize)),
    ...(status !== undefined && { status }),
    ...(store !== undefined && { storeLocationId: store }),
    ...(externalId !== undefined && { externalId }),
  });
  const found: OrderView[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < limit;) {
    if (cursor !== '') query.set('cursor', cursor);
    const page: Page<OrderView> = await callAsMerchant(options, `/orders?${query.toString()}`);
    found.push(...page.data);
    cursor = page.nextCursor;
  }
  return found.slice(0, limit);
}
