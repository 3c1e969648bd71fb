import { Failure } from '../domain/failure.ts';
import { callAsMerchant, type MerchantOptions } from './as-merchant.ts';

interface Hit {
  orderId: string | null;
  title: string;
}

/**
 * The order that an id means: one of ours is taken at its word, any other is searched for.
 * @throws Failure `rejected` `order.not_found`, or `order.ambiguous` where it means several
 */
export async function findOrder(options: MerchantOptions, id: string): Promise<string> {
  if (id.startsWith('ord_')) return id;
  const { data } = await callAsMerchant<{ data: Hit[] }>(options, `/search?q=${encodeURIComponent(id)}`);
  const found = [...new Set(data.flatMap(({ orderId }) => orderId ?? []))];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) throw new Failure('rejected', 'order.not_found', `no order is known by ${id}`);
  throw new Failure('rejected', 'order.ambiguous', `${id} means several orders: ${found.join(' ')}`);
}
