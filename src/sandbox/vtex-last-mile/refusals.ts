import { randomUUID } from 'node:crypto';

/** The protocol's documented errors, word for word; of bad bodies it says nothing. */
export class LastMileRefusal extends Error {
  override readonly name = 'LastMileRefusal';
  readonly status: number;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.more = more;
  }
}

export const refusals = {
  unauthorized: () => new LastMileRefusal(401, 'Unauthorized'),
  wrongToken: () => new LastMileRefusal(403, 'Invalid token'),
  expired: () => new LastMileRefusal(403, 'Authentication token expired'),
  notFound: (carrierId: string, serviceId: string) =>
    new LastMileRefusal(404, `Service not found: '${carrierId}&${serviceId}'`, {
      type: 'exception',
      code: 'TRP0005E',
      data: { 0: '1', carrierId, serviceId },
      date: new Date().toISOString(),
    }),
  body: (message: string) => new LastMileRefusal(400, message),
  sameLabel: () => new LastMileRefusal(500, 'Label already exists'),
};

export const toResponse = ({ status, message, more }: LastMileRefusal): Response =>
  Response.json({ ...more, message, requestId: randomUUID() }, { status });
