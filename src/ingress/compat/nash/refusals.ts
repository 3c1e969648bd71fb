import { STATUS_CODES } from 'node:http';
import * as z from 'zod';

/** Nash OpenAPI 1.0.0 `NashValidationError`, one object as its pages about errors print it. */
export const NashRefusalSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      details: z.strictObject({ fields: z.record(z.string(), z.string()) }).optional(),
    }),
    response_status: z.string(),
    RequestID: z.string(),
  })
  .meta({ id: 'NashRefusal' });
export type NashRefusal = z.infer<typeof NashRefusalSchema>;

export interface NashRefusalRow {
  status: number;
  code: string;
  message: string;
}

const row = (status: number, code: string, message: string): NashRefusalRow => ({ status, code, message });
const badRequest = (message: string): NashRefusalRow => row(400, 'BAD_REQUEST', message);

/** Our failure codes in Nash's words ("Errors"). What has no row keeps its status and our own code. */
export const nashRows = {
  'auth.missing': row(401, 'UNAUTHORIZED', 'Authorization token is missing'),
  // As Nash does it: a key that is not known here is a resource that is missing.
  'auth.invalid': row(404, 'MISSING_RESOURCE', 'API key not found'),
  'auth.scope': row(403, 'FORBIDDEN', 'The API key may not do this'),
  'rate.limited': row(429, 'TOO_MANY_REQUESTS', 'Rate limit exceeded'),
  'request.json': badRequest('The request body is not valid JSON'),
  'request.encoding': badRequest('The request body is not UTF-8'),
  'request.depth': badRequest('The request body is nested too deeply'),
  'request.invalid': row(422, 'VALIDATION_ERRORS', 'Request validation failed'),
  'packline.unexpected': row(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'),
} as const satisfies Record<string, NashRefusalRow>;

/** The envelope of every refusal. `fields` are `products.0.weight` and what is wrong with it. */
export function toNashRefusal(
  { status, code, message }: NashRefusalRow,
  requestId: string,
  fields?: Readonly<Record<string, string>>,
): NashRefusal {
  const words = (STATUS_CODES[status] ?? 'Unknown').toUpperCase().replaceAll(' ', '_');
  return {
    error: { code, message, ...(fields === undefined ? {} : { details: { fields } }) },
    response_status: `${status} ${words}`,
    RequestID: requestId,
  };
}
