import * as z from 'zod';
import { createConnectorIo } from '../../src/connectors/create-io.ts';
import type { ConnectorIo } from '../../src/connectors/io.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp } from '../../src/platform/http.ts';

/** What of a request or a reply is not as the document has it, in Prism's words. */
export interface Violation {
  direction: 'request' | 'response';
  /** Where: `body.items.*.price`; every element of a list is the same place. */
  at: string;
  message: string;
}

export interface RecordedCall {
  connector: string;
  /** The connector's name for the operation. */
  name: string;
  method: string;
  path: string;
  status: number;
  violations: Violation[];
  /** Prism's own error, where it answered instead of the document or the upstream. */
  prismError: string | null;
}

export interface Recorder {
  calls: RecordedCall[];
  /** The way out that connectors have in production, dialling loopback only. `prefer` asks a mock for one of its answers. */
  io(connector: string, options?: { prefer?: string }): ConnectorIo;
  close(): Promise<void>;
}

export function createRecorder(): Recorder {
  const egress = createEgress({ allow: ['127.0.0.1'] });
  const http = createHttp({ egress, userAgent: 'Packline/contract' });
  const calls: RecordedCall[] = [];
  const budget = { take: () => Promise.resolve({ taken: true, waitMs: 0 }), throttle: () => Promise.resolve() };
  return {
    calls,
    io(connector, { prefer } = {}) {
      const io = createConnectorIo(
        { http, budget, clock: systemClock, report: () => undefined },
        { connector, laneOf: (name) => name, signal: AbortSignal.timeout(60_000) },
      );
      return {
        ...io,
        async call(call) {
          const headers = prefer === undefined ? call.headers : { ...call.headers, prefer };
          const reply = await io.call({ ...call, headers });
          calls.push({
            connector,
            name: call.operation,
            method: call.method,
            path: new URL(call.url).pathname,
            status: reply.status,
            violations: readViolations(reply.headers['sl-violations']),
            prismError: readPrismError(reply),
          });
          return reply;
        },
      };
    },
    close: () => http.close(),
  };
}

const ViolationsSchema = z.array(
  z.object({ location: z.array(z.coerce.string()).default([]), message: z.string() }),
);

/** @throws Error when there are more than a header of Prism holds: what it leaves out would be neither told nor excused */
function readViolations(header: string | undefined): Violation[] {
  if (header === undefined) return [];
  const [, cut] = /^Too many violations! (.*)$/s.exec(header) ?? [];
  if (cut !== undefined) return [{ direction: 'response', at: '', message: `more violations than are told: ${cut}` }];
  return ViolationsSchema.parse(JSON.parse(header)).map(({ location: [direction, ...path], message }) => ({
    direction: direction === 'request' ? 'request' : 'response',
    at: path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.'),
    message,
  }));
}

const PrismErrorSchema = z.object({
  type: z.string().startsWith('https://stoplight.io/prism/errors#'),
  title: z.string(),
  detail: z.string().default(''),
  validation: z.unknown().optional(),
});

function readPrismError({ headers, text }: { headers: Record<string, string>; text(): string }): string | null {
  if (headers['content-type'] !== 'application/problem+json') return null;
  const { data } = PrismErrorSchema.safeParse(JSON.parse(text()));
  if (data === undefined) return null;
  return [data.title, data.detail, data.validation && JSON.stringify(data.validation)].filter(Boolean).join(' ');
}
