import * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorIo } from '../../io.ts';
import type { ChangeBody } from './change-body.ts';
import { isStatus } from './errors.ts';
import type { InvoiceBody } from './invoice-body.ts';
import { segment, sendRequest, type Request } from './request.ts';
import type { VtexSettings } from './settings.ts';
import type { EventsBody, ParcelBody } from './tracking-body.ts';
import { hookKeyHeader } from './webhook.ts';
import {
  ChangeAcceptedSchema,
  ChangeDetailSchema,
  ChangeHistorySchema,
  FeedConfigSchema,
  FeedItemSchema,
  HookConfigSchema,
  OrderListSchema,
  WireOrderSchema,
  type WireChange,
  type WireFeedConfig,
  type WireFeedItem,
  type WireHistory,
  type WireHook,
  type WireOrder,
} from './wire.ts';

/** Of an order with hundreds of lines and all its logistics. */
const orderBytesMax = 16 * 1024 * 1024;

const anything = z.unknown();

/** VTEX's operations that Packline uses (Orders API). All throw the Failures of `readReply`. */
export class VtexClient {
  readonly #settings: VtexSettings;
  readonly #io: ConnectorIo;

  constructor(settings: VtexSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  getOrder(orderId: string): Promise<WireOrder> {
    return this.#request(
      {
        operation: 'order.get',
        permission: 'viewOrder',
        method: 'GET',
        path: orderPath(orderId),
        budget: 'orders',
        replyBytesMax: orderBytesMax,
      },
      WireOrderSchema,
    );
  }

  listOrders(query: Record<string, string>): Promise<z.infer<typeof OrderListSchema>> {
    const call = { operation: 'order.list', permission: 'listOrders', method: 'GET' } as const;
    const path = `/api/oms/pvt/orders?${new URLSearchParams(query).toString()}`;
    return this.#request({ ...call, path }, OrderListSchema);
  }

  async startHandling(orderId: string): Promise<void> {
    const call = { operation: 'order.startHandling', permission: 'changeStatus', method: 'POST' } as const;
    // "The store must validate this response": anything but a 204 is to be tried again.
    await this.#request({ ...call, path: `${orderPath(orderId)}/start-handling`, doneStatus: 204 }, anything);
  }

  async cancelOrder(orderId: string, reason: string): Promise<void> {
    const call = { operation: 'order.cancel', permission: 'cancelOrder', method: 'POST' } as const;
    await this.#request({ ...call, path: `${orderPath(orderId)}/cancel`, body: { reason } }, anything);
  }

  async addInteraction(orderId: string, message: string): Promise<void> {
    const call = { operation: 'order.interact', permission: 'addInteraction', method: 'POST' } as const;
    const body = { source: 'Packline', message };
    await this.#request({ ...call, path: `${orderPath(orderId)}/interactions`, body }, anything);
  }

  async requestChange(orderId: string, change: ChangeBody): Promise<string> {
    const call = { operation: 'change.request', permission: 'changeOrder', method: 'PATCH', doneStatus: 202 } as const;
    const path = `${changesPath(orderId)}?accountName=${this.#settings.account}`;
    return (await this.#request({ ...call, path, body: change }, ChangeAcceptedSchema)).requestId;
  }

  readChanges(orderId: string): Promise<WireHistory> {
    const call = { operation: 'change.list', permission: 'changeOrder', method: 'GET' } as const;
    const path = `${changesPath(orderId)}?an=${this.#settings.account}`;
    return this.#request({ ...call, path, replyBytesMax: orderBytesMax }, ChangeHistorySchema);
  }

  readChange(orderId: string, changeId: string): Promise<WireChange> {
    const call = { operation: 'change.get', permission: 'changeOrder', method: 'GET' } as const;
    const path = this.#changePath(orderId, changeId);
    return this.#request({ ...call, path, replyBytesMax: orderBytesMax }, ChangeDetailSchema);
  }

  async retryChange(orderId: string, changeId: string, reason: string): Promise<void> {
    const call = { operation: 'change.retry', permission: 'changeOrder', method: 'POST' } as const;
    await this.#request({ ...call, path: this.#changePath(orderId, changeId, '/retry'), body: { reason } }, anything);
  }

  async cancelChange(orderId: string, changeId: string, reason: string): Promise<void> {
    const call = { operation: 'change.cancel', permission: 'changeOrder', method: 'POST' } as const;
    await this.#request({ ...call, path: this.#changePath(orderId, changeId, '/cancel'), body: { reason } }, anything);
  }

  async sendInvoice(orderId: string, body: InvoiceBody): Promise<void> {
    const call = { operation: 'invoice.send', permission: 'notifyInvoice', method: 'POST' } as const;
    await this.#request({ ...call, path: `${orderPath(orderId)}/invoice`, body }, anything);
  }

  async sendParcel(orderId: string, invoiceNumber: string, body: ParcelBody): Promise<void> {
    const call = { operation: 'invoice.ship', permission: 'notifyInvoice', method: 'PATCH' } as const;
    await this.#request({ ...call, path: `${orderPath(orderId)}/invoice/${segment(invoiceNumber)}`, body }, anything);
  }

  async sendEvents(orderId: string, invoiceNumber: string, body: EventsBody): Promise<void> {
    const call = { operation: 'invoice.track', permission: 'notifyInvoice', method: 'PUT' } as const;
    const path = `${orderPath(orderId)}/invoice/${segment(invoiceNumber)}/tracking`;
    await this.#request({ ...call, path, body }, anything);
  }

  readHook(): Promise<WireHook> {
    return this.#request({ ...hookConfig, operation: 'hook.read', method: 'GET' }, HookConfigSchema);
  }

  /** @throws Failure `rejected` `vtex.hook_refused` when VTEX's ping to the URL was not answered */
  async writeHook(url: string): Promise<void> {
    const { hookKey } = this.#settings;
    const headers = hookKey === undefined ? {} : { [hookKeyHeader]: hookKey };
    const body = { filter: this.#filter(), hook: { url, headers } };
    try {
      await this.#request({ ...hookConfig, operation: 'hook.write', method: 'POST', body }, anything);
    } catch (error) {
      if (!isStatus(error, 400)) throw error;
      throw new Failure('rejected', 'vtex.hook_refused', hookRefused, { cause: error, detail: error.detail });
    }
  }

  readFeedConfig(): Promise<WireFeedConfig> {
    return this.#request({ ...feedConfig, operation: 'feed.readConfig', method: 'GET' }, FeedConfigSchema);
  }

  async writeFeedConfig(): Promise<void> {
    // The write's spelling is mixed in the guide and in the API's own example.
    const queue = { visibilityTimeoutInSeconds: 30, MessageRetentionPeriodInSeconds: 345_600 };
    const body = { filter: this.#filter(), queue };
    await this.#request({ ...feedConfig, operation: 'feed.writeConfig', method: 'POST', body }, anything);
  }

  readFeed(): Promise<WireFeedItem[]> {
    const call = { operation: 'feed.read', permission: 'events', method: 'GET' } as const;
    return this.#request({ ...call, path: '/api/orders/feed?maxlot=10' }, z.array(FeedItemSchema));
  }

  async commitFeed(handles: readonly string[]): Promise<void> {
    const call = { operation: 'feed.commit', permission: 'events', method: 'POST' } as const;
    await this.#request({ ...call, path: '/api/orders/feed', body: { handles } }, anything);
  }

  #changePath(orderId: string, changeId: string, more = ''): string {
    return `${changesPath(orderId)}/${segment(changeId)}${more}?an=${this.#settings.account}`;
  }

  #filter(): object {
    return { type: 'FromWorkflow', status: this.#settings.states };
  }

  #request<T extends z.ZodType>(request: Request, schema: T): Promise<z.infer<T>> {
    return sendRequest({ settings: this.#settings, io: this.#io }, request, schema);
  }
}

const hookRefused =
  'VTEX did not keep the hook: its URL must be https, public, and answer a ping with 200 within five seconds';
const hookConfig = { path: '/api/orders/hook/config', permission: 'events' } as const;
const feedConfig = { path: '/api/orders/feed/config', permission: 'events' } as const;

const orderPath = (id: string): string => `/api/oms/pvt/orders/${segment(id)}`;
const changesPath = (id: string): string => `/api/order-system/orders/${segment(id)}/changes`;
