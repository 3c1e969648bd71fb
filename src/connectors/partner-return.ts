import type { ReturnedGoods } from '../domain/place-returned-goods.ts';

/** Goods of an order that came back, as a partner tells of them. */
export interface PartnerReturn {
  /** The partner's own id of it: told again, it is the same. */
  reference: string;
  goods: readonly ReturnedGoods[];
}
