import { randomUUID } from 'node:crypto';

/** Pick and Pack says no, in one of its two envelopes: `type` is there for its own errors and not for the gateway's. */
export class PnpRefusal extends Error {
  override readonly name = 'PnpRefusal';
  readonly status: number;
  readonly code: string;
  readonly type: 'business' | 'exception' | null;

  constructor(status: number, code: string, type: 'business' | 'exception' | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.type = type;
  }
}

export function toRefusalResponse(
  { status, code, type, message }: Pick<PnpRefusal, 'status' | 'code' | 'type' | 'message'>,
  headers: Record<string, string> = {},
): Response {
  const requestId = randomUUID();
  const body =
    type === null
      ? { message, code, ...(code === 'EXPIRED_TOKEN' ? { reason: 'Expired token' } : {}), requestId }
      : { type, code, message, date: new Date().toISOString(), requestId };
  return Response.json(body, { status, headers });
}

const business = (status: number, code: string, message: string) => new PnpRefusal(status, code, 'business', message);
const exception = (code: string, message: string) => new PnpRefusal(404, code, 'exception', message);

/** The OpenAPI document's error examples, word for word. */
export const refusals = {
  expired: () =>
    new PnpRefusal(403, 'EXPIRED_TOKEN', null, 'User is not authorized to access this resource with an explicit deny'),
  unauthorized: () => new PnpRefusal(401, 'UNAUTHORIZED', null, 'Unauthorized'),
  /** Unknown orders too: no 404 is documented. */
  order: (id: string) => business(403, 'SHR0007B', `You do not have access to this order [${id}]`),
  shipmentsOfOrder: (id: string) => business(403, 'SHP0003B', `You do not have access to this order [${id}]`),
  notInvoiced: () => exception('ORA0001B', 'The order must be invoiced to update the status to delivered'),
  worksheet: (id: string) => exception('WORK0001B', `Worksheet not found [${id}]`),
  facility: (id: string) => exception('FAC0001B', `Facility not found [${id}]`),
  shipment: (id: string) => exception('TRP0005E', `Shipment not found [${id}]`),
  worksheetsQuery: () => business(400, 'GEN0001B', 'Query string parameter {orderId} is required'),
  shipmentsQuery: () => business(400, 'ORD0001B', 'Query string parameter {orderId} is required'),
  body: (message: string) => business(400, 'GEN0002B', message),
};
