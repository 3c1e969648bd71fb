import { pino, type Logger } from 'pino';
import { currentTraceId } from './trace.ts';

export type Log = Logger;

/** Field names that never leave the process in clear, wherever they stand in a log line. */
const redactedFields = [
  'authorization', 'apiKey', 'secret', 'token', 'password', 'signature', 'settings', 'recipient', 'phone', 'email',
  'street', 'address', 'notes', 'body',
]; // prettier-ignore

export interface LogOptions {
  level: string;
  /** Which process speaks: `api`, `worker`, `sandbox`, `up`. */
  name: string;
  /** Lines say the trace that they are of. */
  traced?: boolean;
  destination?: { write(line: string): void };
}

/** One wide JSON line per unit of work, `noun.pastVerb`; secrets and personal data are cut out by name at two depths. */
export function createLog({ level, name, traced = false, destination }: LogOptions): Log {
  const options = {
    level,
    name,
    base: { name },
    redact: { paths: redactedFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    ...(traced && { mixin: toTrace }),
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** As OpenTelemetry calls it, so that collectors find the one by the other. */
function toTrace(): Record<string, string> {
  const traceId = currentTraceId();
  return traceId === undefined ? {} : { trace_id: traceId };
}
