import { Failure } from '../../../domain/failure.ts';

export interface RefusalRow {
  status: number;
  /** Its own errors have a type; the gateway in front of it has none, and may give a reason. */
  type: 'business' | 'exception' | null;
  code: string;
  message: string;
  reason?: string;
}

const business = (status: number, code: string, message: string): RefusalRow => ({
  status,
  type: 'business',
  code,
  message,
});
const exception = (code: string, message: string): RefusalRow => ({ status: 404, type: 'exception', code, message });
const gateway = (status: number, code: string, message: string, reason?: string): RefusalRow => ({
  status,
  type: null,
  code,
  message,
  ...(reason === undefined ? {} : { reason }),
});

/** The Pick and Pack API's documented refusals, in its words. What it has no row for is answered in its gateway's form. */
export const currentRows = {
  'auth.expired': gateway(
    403,
    'EXPIRED_TOKEN',
    'User is not authorized to access this resource with an explicit deny',
    'Expired token',
  ),
  'auth.missing': gateway(401, 'auth.missing', 'Unauthorized'),
  'auth.invalid': gateway(401, 'auth.invalid', 'Unauthorized'),
  // An order that does not exist, too: no 404 is documented for it.
  'compat.order': business(403, 'SHR0007B', 'You do not have access to this order'),
  'compat.order_shipments': business(403, 'SHP0003B', 'You do not have access to this order'),
  'compat.not_invoiced': exception('ORA0001B', 'The order must be invoiced to update the status to delivered'),
  'compat.worksheet': exception('WORK0001B', 'Worksheet not found'),
  'compat.facility': exception('FAC0001B', 'Facility not found'),
  'compat.shipment': exception('TRP0005E', 'Shipment not found'),
  'compat.worksheets_query': business(400, 'GEN0001B', 'Query string parameter {orderId} is required'),
  'compat.shipments_query': business(400, 'ORD0001B', 'Query string parameter {orderId} is required'),
} as const satisfies Record<string, RefusalRow>;
type CurrentCode = keyof typeof currentRows;

/** The legacy guide's "Internal response Code", in its words; 401 really says "Internal server" there. */
export const legacyRows = {
  'auth.expired': gateway(401, '1000', 'Internal server'),
  'auth.missing': gateway(401, '1000', 'Internal server'),
  'auth.invalid': gateway(401, '1000', 'Internal server'),
  // "Orders from other contexts": one that no fulfilment system has.
  'compat.legacy_elsewhere': gateway(404, '1001', 'Resource not found'),
  'compat.legacy_order': gateway(400, '1002', 'Order not found by {orderId}'),
  'request.invalid': gateway(400, '1002', 'OrderId is not found'),
  'packline.unexpected': gateway(500, '1003', 'Internal error'),
} as const satisfies Record<string, RefusalRow>;

/** A refusal in VTEX's words. `id` is what was asked for, as VTEX says it back. */
export const makeRefused = (code: CurrentCode, id?: string): Failure => {
  const { message } = currentRows[code];
  return new Failure('rejected', code, id === undefined ? message : `${message} [${id}]`);
};

export const makeLegacyRefused = (code: 'compat.legacy_elsewhere' | 'compat.legacy_order', id: string): Failure =>
  new Failure('rejected', code, legacyRows[code].message.replace('{orderId}', id));

export const tokenExpired = (): Failure => new Failure('rejected', 'auth.expired', currentRows['auth.expired'].message);
