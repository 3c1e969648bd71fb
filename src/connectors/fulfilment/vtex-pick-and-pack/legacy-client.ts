import { segment, type Session } from './session.ts';
import { LegacyReplySchema, type LegacyOrder } from './wire.ts';

/** "Get order status and information", the reader that was there before the Pick and Pack API. */
export class LegacyClient {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async getOrder(orderId: string): Promise<LegacyOrder> {
    const path = `/picking-tracking/${segment(orderId)}`;
    const request = { operation: 'order.getLegacy', method: 'GET', path } as const;
    return (await this.#session.send('legacy', request, LegacyReplySchema)).data;
  }
}
