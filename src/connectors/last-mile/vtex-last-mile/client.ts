import type * as z from 'zod';
import { Failure } from '../../../domain/failure.ts';
import type { HttpReply } from '../../../platform/http.ts';
import type { ConnectorIo } from '../../io.ts';
import { type Token, Tokens } from '../../vendor/vtex/tokens.ts';
import type { ServiceRef } from '../port.ts';
import { isExpired, makeFailure, readReply } from './errors.ts';
import type { VtexLastMileSettings } from './settings.ts';
import { ServiceReplySchema, WrittenSchema } from './wire.ts';

interface Request {
  operation: string;
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  body?: unknown;
}

/** For the life of the process: connections are opened anew for every job. */
const tokens = new Tokens('vtex-last-mile');
const budget = 'default';

/** Carrier to VTEX (OpenAPI, "Pick and Pack Last Mile Protocol API", `/v1/tracking/hook`). Decides nothing. */
export class LastMileClient {
  readonly #settings: VtexLastMileSettings;
  readonly #io: ConnectorIo;

  constructor(settings: VtexLastMileSettings, io: ConnectorIo) {
    this.#settings = settings;
    this.#io = io;
  }

  getService(ref: ServiceRef): Promise<z.infer<typeof ServiceReplySchema>> {
    return this.#send({ operation: 'service.get', method: 'GET', path: pathOf(ref) }, ServiceReplySchema);
  }

  async updateService(ref: ServiceRef, body: unknown): Promise<void> {
    await this.#send({ operation: 'service.update', method: 'PATCH', path: pathOf(ref), body }, WrittenSchema);
  }

  async addNotes(ref: ServiceRef, body: readonly unknown[]): Promise<void> {
    await this.#send({ operation: 'notes.add', method: 'POST', path: `/notes${pathOf(ref)}`, body }, WrittenSchema);
  }

  async addEvidences(ref: ServiceRef, body: readonly unknown[]): Promise<void> {
    await this.#send(
      { operation: 'evidences.add', method: 'POST', path: `/evidences${pathOf(ref)}`, body },
      WrittenSchema,
    );
  }

  /** One at a time; VTEX throws for an id that it has. */
  async addLabel(ref: ServiceRef, body: unknown): Promise<void> {
    await this.#send({ operation: 'label.add', method: 'POST', path: `/labels${pathOf(ref)}`, body }, WrittenSchema);
  }

  async cancelService(ref: ServiceRef, body: unknown): Promise<void> {
    await this.#send(
      { operation: 'service.cancel', method: 'POST', path: `/cancel${pathOf(ref)}`, body },
      WrittenSchema,
    );
  }

  async holdService(ref: ServiceRef, body: unknown): Promise<void> {
    await this.#send(
      { operation: 'service.hold', method: 'POST', path: `/on-hold${pathOf(ref)}`, body },
      WrittenSchema,
    );
  }

  /** One that VTEX calls expired is replaced, and the call made once more: it was not let in before. */
  async #send<T extends z.ZodType>(request: Request, schema: T): Promise<z.infer<T>> {
    const token = await tokens.get(this.#settings, this.#io);
    let reply = await this.#call(request, token);
    if (isExpired(reply)) {
      tokens.refuse(token);
      reply = await this.#call(request, await tokens.get(this.#settings, this.#io));
    }
    try {
      return readReply(reply, schema, request.operation, this.#io.nowMs());
    } catch (error) {
      if (error instanceof Failure && error.kind === 'throttled') await this.#io.throttled(budget, error.retryAfterMs);
      throw error;
    }
  }

  #call({ operation, method, path, body }: Request, token: Token): Promise<HttpReply> {
    const { apiBaseUrl, apiAuthorization } = this.#settings;
    return this.#io.call({
      operation,
      method,
      budget,
      url: apiBaseUrl + path,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: apiAuthorization === 'bearer' ? `Bearer ${token.text}` : token.text,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

const pathOf = ({ carrierId, serviceId }: ServiceRef): string => `/${segment(carrierId)}/${segment(serviceId)}`;

/** One segment of a path. `.` and `..` cannot be one, escaped or not: URL parsers resolve them (WHATWG URL, 4.4). */
function segment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..' && id.isWellFormed()) return encodeURIComponent(id);
  throw makeFailure({ kind: 'rejected', code: 'id_unusable' }, 'This id cannot be written in a URL');
}
