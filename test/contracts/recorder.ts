import * as z from 'zod';
import { createConnectorIo } from '../../src/connectors/create-io.ts';
import type { ConnectorIo } from '../../src/connectors/io.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createEgress } from '../../src/platform/egress.ts';
import { createHttp, type HttpReply } from '../../src/platform/http.ts';
import { placeOf, withoutIndexes } from './places.ts';

/** What of a request or a reply is not as the document has it, in Prism's words. */
export interface Violation {
  direction: 'request' | 'response';
  /** `body.items.*.price`; of a response with its status before it: `200 body.items.*.price`. */
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
  /** Prism's own words, where it answered instead of the document or the upstream. */
  prismError: string | null;
}

export interface Recorder {
  calls: RecordedCall[];
  /** The way out that connectors have in production, dialling loopback only. `prefer` asks a mock for one of its answers. */
  io(connector: string, options?: { prefer?: string }): ConnectorIo;
  close(): Promise<void>;
}

const exchangesMaxMs = 120_000;

export function createRecorder(): Recorder {
  const http = createHttp({ egress: createEgress({ allow: ['127.0.0.1'] }), userAgent: 'Packline/contract' });
  const calls: RecordedCall[] = [];
  const nothing = () => Promise.resolve();
  const budget = { take: () => Promise.resolve({ taken: true, waitMs: 0, late: nothing }), throttle: nothing };
  return {
    calls,
    io(connector, { prefer } = {}) {
      const io = createConnectorIo(
        { http, budget, clock: systemClock, report: () => undefined },
        { connector, laneOf: (name) => name, signal: AbortSignal.timeout(exchangesMaxMs) },
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
            violations: readViolations(reply),
            prismError: readPrismError(reply),
          });
          return reply;
        },
      };
    },
    close: () => http.close(),
  };
}

const ViolationsSchema = z.array(z.object({ location: z.array(z.coerce.string()), message: z.string() }));

function readViolations({ status, headers }: HttpReply): Violation[] {
  const header = headers['sl-violations'];
  if (header === undefined) return [];
  // Prism cuts what does not fit into a header: what is left out could be neither told nor excused, so this is.
  if (!header.startsWith('[')) return [{ direction: 'response', at: `${status}`, message: 'more than Prism can tell' }];
  return ViolationsSchema.parse(JSON.parse(header)).map(({ location: [direction, ...path], message }) =>
    direction === 'request'
      ? { direction, at: placeOf(path), message: withoutIndexes(message) }
      : { direction: 'response', at: `${status} ${placeOf(path)}`.trim(), message: withoutIndexes(message) },
  );
}

const PrismErrorSchema = z.object({
  type: z.string().startsWith('https://stoplight.io/prism/errors#'),
  title: z.string(),
  detail: z.string().default(''),
});

function readPrismError(reply: HttpReply): string | null {
  if (reply.headers['content-type'] !== 'application/problem+json') return null;
  const { data } = PrismErrorSchema.safeParse(JSON.parse(reply.text()));
  return data === undefined ? null : `Prism: ${data.title} ${data.detail}`.trim();
}
