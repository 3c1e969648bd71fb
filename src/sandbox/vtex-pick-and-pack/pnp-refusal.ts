import { randomUUID } from 'node:crypto';

/** Pick and Pack says no, in one of its two envelopes: `type` is there for its own errors and not for the gateway's. */
export class PnpRefusal extends Error {
  override readonly name = 'PnpRefusal';
  readonly status: number;
  /** Null where VTEX prints none. */
  readonly code: string | null;
  readonly type: 'business' | 'exception' | null;
  readonly reason: string | undefined;

  constructor(status: number, code: string | null, type: PnpRefusal['type'], message: string, reason?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.type = type;
    this.reason = reason;
  }
}

export function toRefusalResponse(
  { status, code, type, message, reason }: Pick<PnpRefusal, 'status' | 'code' | 'type' | 'message'> & { reason?: string | undefined }, // prettier-ignore
  headers: Record<string, string> = {},
): Response {
  const requestId = randomUUID();
  const coded = code === null ? {} : { code };
  const body =
    type === null
      ? { message, ...coded, reason, requestId }
      : { type, ...coded, message, date: new Date().toISOString(), requestId };
  return Response.json(body, { status, headers });
}

const gateway = (status: number, message: string, code: string | null = null, reason?: string) =>
  new PnpRefusal(status, code, null, message, reason);
const business = (status: number, code: string, message: string) => new PnpRefusal(status, code, 'business', message);
const exception = (code: string, message: string) => new PnpRefusal(404, code, 'exception', message);

/** The OpenAPI document's error examples, word for word; of the others the document says nothing. */
export const refusals = {
  expired: () =>
    gateway(403, 'User is not authorized to access this resource with an explicit deny', 'EXPIRED_TOKEN', 'Expired token'), // prettier-ignore
  /** Unknown orders too: no 404 is documented. */
  order: (id: string) => business(403, 'SHR0007B', `You do not have access to this order [${id}]`),
  shipmentsOfOrder: (id: string) => business(403, 'SHP0003B', `You do not have access to this order [${id}]`),
  foreignShipment: (id: string) => business(403, 'SHP0002B', `You do not have access to this shipment [${id}]`),
  foreignFacility: (id: string) => business(403, 'FAC0002B', `You do not have access to this facility [${id}]`),
  notInvoiced: () => exception('ORA0001B', 'The order must be invoiced to update the status to delivered'),
  worksheet: (id: string) => exception('WORK0001B', `Worksheet not found [${id}]`),
  facility: (id: string) => exception('FAC0001B', `Facility not found [${id}]`),
  shipment: (id: string) => exception('TRP0005E', `Shipment not found [${id}]`),
  worksheetsQuery: () => business(400, 'GEN0001B', 'Query string parameter {orderId} is required'),
  shipmentsQuery: () => business(400, 'ORD0001B', 'Query string parameter {orderId} is required'),
  unauthorized: () => gateway(401, 'Unauthorized'),
  body: (message: string) => gateway(400, message),
  path: () => gateway(404, 'Not Found'),
  tooMany: () => gateway(429, 'Too Many Requests'),
};

/** The legacy guide's table of internal codes. */
export const legacyRefusals = {
  unauthorized: () => gateway(401, 'Internal server', '1000'),
  path: () => gateway(404, 'Resource not found', '1001'),
  order: (id: string) => gateway(400, `Order not found by ${id}`, '1002'),
  noOrderId: () => gateway(400, 'OrderId is not found', '1002'),
};
