import type * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorCall, ConnectorIo } from '../../io.ts';
import { readReply } from './errors.ts';
import { exchange } from './exchange.ts';
import type { FleetItem } from './fleet.ts';
import { nameLines } from './name-lines.ts';
import type { AmendmentBody, OrderBody } from './order-body.ts';
import type { NashSettings } from './settings.ts';
import {
  FleetReplySchema,
  JobListSchema,
  JobReplySchema,
  MessageListSchema,
  OrderListSchema,
  WireJobSchema,
  WireOrderSchema,
  type WireJob,
  type WireOrder,
} from './wire.ts';

/** A page of 250 hooks, each with a whole job inside. */
const messagesBytesMax = 32 * 1024 * 1024;

type Request = Pick<ConnectorCall, 'operation' | 'method' | 'replyBytesMax'> & { path: string; body?: unknown };

/** Nash's operations that Packline uses (OpenAPI 1.0.0). All throw the Failures of `readReply`. */
export class NashClient {
  readonly #settings: NashSettings;
  readonly #io: ConnectorIo;

  constructor(settings: NashSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  listOrders(limit: number): Promise<z.infer<typeof OrderListSchema>> {
    return this.#request(
      { operation: 'order.list', method: 'GET', path: `/v1/orders?limit=${limit}` },
      OrderListSchema,
    );
  }

  /** By `ord_` id or externalId. */
  getOrder(id: string): Promise<WireOrder> {
    return this.#request({ operation: 'order.get', method: 'GET', path: `/v1/order/${segment(id)}` }, WireOrderSchema);
  }

  /** Never `POST /v1/order`: that one makes a second order of the same externalId. */
  upsertOrder(externalId: string, body: OrderBody): Promise<WireOrder> {
    const path = `/v1/order/external-identifier/${segment(externalId)}`;
    return naming(
      this.#request({ operation: 'order.upsert', method: 'POST', path, body }, WireOrderSchema),
      body.items,
    );
  }

  /** By `ord_` id or externalId. A soft delete: the order keeps its externalId. */
  archiveOrder(id: string): Promise<WireOrder> {
    const path = `/v1/order/${segment(id)}`;
    return this.#request({ operation: 'order.archive', method: 'DELETE', path }, WireOrderSchema);
  }

  async dispatchOrder(externalId: string): Promise<WireJob> {
    const path = `/v1/order/external-identifier/${segment(externalId)}/autodispatch`;
    return (await this.#request({ operation: 'order.dispatch', method: 'POST', path }, JobReplySchema)).job;
  }

  /** Without the quotes, which are most of a job's bytes. */
  getJob(id: string): Promise<WireJob> {
    const path = `/v1/jobs/${segment(id)}?compressedPayload=true`;
    return this.#request({ operation: 'job.get', method: 'GET', path }, WireJobSchema);
  }

  listJobs(query: Record<string, string>): Promise<z.infer<typeof JobListSchema>> {
    const path = `/v1/jobs?${new URLSearchParams(query).toString()}`;
    return this.#request({ operation: 'job.list', method: 'GET', path }, JobListSchema);
  }

  getJobByExternalId(externalId: string): Promise<WireJob> {
    const path = `/v1/jobs/external_identifier/${segment(externalId)}`;
    return this.#request({ operation: 'job.getByExternalId', method: 'GET', path }, WireJobSchema);
  }

  /** `part`: the configuration to change in a job of several orders. */
  updateJob(id: string, part: string | undefined, body: AmendmentBody): Promise<WireJob> {
    const path = `/v1/jobs/${partOfJob(id, part)}`;
    const updated = this.#request({ operation: 'job.update', method: 'PATCH', path, body }, WireJobSchema);
    return naming(updated, body.packageItems);
  }

  /** `part`: the configuration to cancel in a job of several orders. */
  async cancelJob(id: string, part: string | undefined): Promise<WireJob> {
    const path = `/v1/jobs/${partOfJob(id, part)}/cancel`;
    return (await this.#request({ operation: 'job.cancel', method: 'POST', path }, JobReplySchema)).job;
  }

  /** At most 100; the answer has a result for each. Only for deliveries by the organisation's own fleet. */
  updateDeliveries(deliveries: readonly FleetItem[]): Promise<z.infer<typeof FleetReplySchema>> {
    const call = { operation: 'delivery.tell', method: 'PATCH', path: '/v1/fleet/deliveries' } as const;
    return this.#request({ ...call, body: { deliveries } }, FleetReplySchema);
  }

  listMessages(query: Record<string, string>): Promise<z.infer<typeof MessageListSchema>> {
    const path = `/v1/webhooks/messages?${new URLSearchParams(query).toString()}`;
    const replyBytesMax = messagesBytesMax;
    return this.#request({ operation: 'message.list', method: 'GET', path, replyBytesMax }, MessageListSchema);
  }

  #request<T extends z.ZodType>({ body, ...call }: Request, schema: T): Promise<z.infer<T>> {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return exchange(this.#settings, this.#io, { ...call, ...text, budget: 'default' }, (reply) =>
      readReply(reply, schema, call.operation, this.#io.nowMs()),
    );
  }
}

const naming = <T>(call: Promise<T>, items: OrderBody['items']): Promise<T> =>
  call.catch((error: unknown) => {
    throw nameLines(error, items);
  });

const partOfJob = (id: string, part: string | undefined): string =>
  part === undefined ? segment(id) : `${segment(id)}/${segment(part)}`;

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
function segment(id: string): string {
  if (id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id);
  throw new Failure('rejected', 'nash.id_unusable', 'This id cannot be written in a URL, which is how Nash takes it');
}
