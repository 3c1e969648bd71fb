import * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorCall, ConnectorIo } from '../../io.ts';
import { readReply, type Resource } from './errors.ts';
import { toBaseUrl, type VtexSettings } from './settings.ts';
import { hookKeyHeader } from './webhook.ts';
import { FeedConfigSchema, FeedItemSchema, HookConfigSchema, WireOrderSchema, type WireOrder } from './wire.ts';

/** Of an order with hundreds of lines and all its logistics. */
const orderBytesMax = 16 * 1024 * 1024;

interface Request extends Pick<ConnectorCall, 'operation' | 'method' | 'replyBytesMax'> {
  path: string;
  resource: Resource;
  budget?: string;
  body?: unknown;
}

const nothing = z.unknown();

/** VTEX's operations that Packline uses (Orders API). All throw the Failures of `readReply`. */
export class VtexClient {
  readonly #settings: VtexSettings;
  readonly #io: ConnectorIo;

  constructor(settings: VtexSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  /** For a look whether the key may read orders; the list lags behind and is no source of them. */
  async listOrders(): Promise<void> {
    const path = '/api/oms/pvt/orders?per_page=1&page=1';
    await this.#request({ operation: 'order.list', method: 'GET', path, resource: 'orders' }, nothing);
  }

  getOrder(orderId: string): Promise<WireOrder> {
    return this.#request(
      {
        operation: 'order.get',
        method: 'GET',
        path: orderPath(orderId),
        resource: 'orders',
        budget: 'orders',
        replyBytesMax: orderBytesMax,
      },
      WireOrderSchema,
    );
  }

  /** 204. */
  async startHandling(orderId: string): Promise<void> {
    await this.#act(orderId, 'order.startHandling', 'start-handling');
  }

  async cancelOrder(orderId: string, reason: string): Promise<void> {
    await this.#act(orderId, 'order.cancel', 'cancel', { reason });
  }

  async addInteraction(orderId: string, message: string): Promise<void> {
    await this.#act(orderId, 'order.interact', 'interactions', { source: 'Packline', message });
  }

  readHook(): Promise<z.infer<typeof HookConfigSchema>> {
    return this.#request({ ...hookConfig, operation: 'hook.read', method: 'GET' }, HookConfigSchema);
  }

  async writeHook(url: string): Promise<void> {
    const { hookKey } = this.#settings;
    const headers = hookKey === undefined ? {} : { [hookKeyHeader]: hookKey };
    const body = { filter: this.#filter(), hook: { url, headers } };
    await this.#request({ ...hookConfig, operation: 'hook.write', method: 'POST', body }, nothing);
  }

  readFeedConfig(): Promise<z.infer<typeof FeedConfigSchema>> {
    return this.#request({ ...feedConfig, operation: 'feed.readConfig', method: 'GET' }, FeedConfigSchema);
  }

  async writeFeedConfig(): Promise<void> {
    // The write's spelling is mixed in the guide and in the API's own example.
    const queue = { visibilityTimeoutInSeconds: 240, MessageRetentionPeriodInSeconds: 345_600 };
    const body = { filter: this.#filter(), queue };
    await this.#request({ ...feedConfig, operation: 'feed.writeConfig', method: 'POST', body }, nothing);
  }

  readFeed(): Promise<z.infer<typeof FeedItemSchema>[]> {
    const path = '/api/orders/feed?maxlot=10';
    const call = { operation: 'feed.read', method: 'GET', path, resource: 'events' } as const;
    return this.#request(call, z.array(FeedItemSchema));
  }

  async commitFeed(handles: readonly string[]): Promise<void> {
    const call = { operation: 'feed.commit', method: 'POST', path: '/api/orders/feed', resource: 'events' } as const;
    await this.#request({ ...call, body: { handles } }, nothing);
  }

  #filter(): object {
    return { type: 'FromWorkflow', status: this.#settings.states };
  }

  async #act(orderId: string, operation: string, act: string, body?: unknown): Promise<void> {
    const path = `${orderPath(orderId)}/${act}`;
    await this.#request({ operation, method: 'POST', path, resource: 'orders', body }, nothing);
  }

  async #request<T extends z.ZodType>(
    { path, body, resource, budget = 'default', ...call }: Request,
    schema: T,
  ): Promise<z.infer<T>> {
    const { appKey, appToken } = this.#settings;
    const reply = await this.#io.call({
      ...call,
      budget,
      url: toBaseUrl(this.#settings) + path,
      headers: {
        accept: 'application/json',
        'x-vtex-api-appkey': appKey,
        'x-vtex-api-apptoken': appToken,
        ...(call.method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    try {
      return readReply(reply, schema, { operation: call.operation, resource }, this.#io.nowMs());
    } catch (error) {
      if (error instanceof Failure && error.kind === 'throttled') {
        await this.#io.throttled(budget, error.retryAfterMs);
      }
      throw error;
    }
  }
}

const hookConfig = { path: '/api/orders/hook/config', resource: 'events' } as const;
const feedConfig = { path: '/api/orders/feed/config', resource: 'events' } as const;

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
function orderPath(id: string): string {
  if (id !== '.' && id !== '..' && id.isWellFormed()) return `/api/oms/pvt/orders/${encodeURIComponent(id)}`;
  throw new Failure('rejected', 'vtex.id_unusable', 'This id cannot be written in a URL, which is how VTEX takes it');
}
