import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/** Nash says no: thrown by the simulated rules, answered in Nash's error envelope. */
export class NashRefusal extends Error {
  override readonly name = 'NashRefusal';
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(status: number, code: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** A path parameter that names nothing: 404 (Nash's error examples, "job 'job_123' does not exist"). */
export const missing = (what: string, id: string): NashRefusal =>
  new NashRefusal(404, 'MISSING_RESOURCE', `${what} '${id}' does not exist`);

/** 422 with one message per field path, such as `products.0.weight`. */
export const invalidFields = (fields: Record<string, string>): NashRefusal =>
  new NashRefusal(422, 'VALIDATION_ERRORS', 'Request validation failed', { fields });

/** The envelope of Nash's error pages: `error{code, message, details}`, `response_status`, `RequestID` (also in `X-REQUEST-ID`). */
export function toRefusalResponse(
  { status, code, message, details }: Pick<NashRefusal, 'status' | 'code' | 'message' | 'details'>,
  options: { asArray?: boolean; headers?: Record<string, string> } = {},
): Response {
  const requestId = randomUUID();
  const words = (STATUS_CODES[status] ?? 'Unknown').toUpperCase().replaceAll(' ', '_');
  const envelope = {
    error: { code, message, ...(details === undefined ? {} : { details }) },
    response_status: `${status} ${words}`,
    RequestID: requestId,
  };
  return Response.json(options.asArray === true ? [envelope] : envelope, {
    status,
    headers: { 'X-REQUEST-ID': requestId, ...options.headers },
  });
}
