import { AsyncLocalStorage } from 'node:async_hooks';

export type SpanKind = 'server' | 'consumer' | 'client';
/** Codes and counts; never ids of persons, URLs or what anybody wrote. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanParts {
  name: string;
  kind: SpanKind;
  /** What caused it, from another process; inside one process it is what runs now. */
  parent?: string | undefined;
  attributes?: SpanAttributes;
}
export interface OpenSpan {
  set(attributes: SpanAttributes): void;
}

/** What traces are written with; open-telemetry.ts is the only one. */
export interface TraceBackend {
  /** `parent`: a W3C traceparent. */
  start(parts: SpanParts): OpenSpan & { traceparent: string; end(failed: boolean): void };
  /** Connectors that may be told of our traces, and `subscribers`. */
  tells: ReadonlySet<string>;
}

let backend: TraceBackend | undefined;
const running = new AsyncLocalStorage<string>();
const notTraced: OpenSpan = { set: () => undefined };

/** From now on this process traces; undefined: no more. Off, a span costs one look at a variable. */
export const setTraceBackend = (next: TraceBackend | undefined): void => {
  backend = next;
};

/** Runs inside a span, which ends with it. */
export async function withSpan<T>(parts: SpanParts, run: (span: OpenSpan) => Promise<T>): Promise<T> {
  if (backend === undefined) return run(notTraced);
  const span = backend.start({ ...parts, parent: readTraceparent(parts.parent) ?? running.getStore() });
  let failed = true;
  try {
    const result = await running.run(span.traceparent, () => run(span));
    failed = false;
    return result;
  } finally {
    span.end(failed);
  }
}

/** What is running now, as work that follows from it bears it; undefined where nothing is traced. */
export const currentTraceparent = (): string | undefined => (backend === undefined ? undefined : running.getStore());

export const currentTraceId = (): string | undefined => currentTraceparent()?.slice(3, 35);

/** The header for somebody outside: only for whom the operator names, nobody by default. */
export const traceHeadersFor = (target: string): Record<string, string> => {
  const traceparent = backend?.tells.has(target) === true ? currentTraceparent() : undefined;
  return traceparent === undefined ? {} : { traceparent };
};

const pattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** W3C Trace Context, version 00; anything else counts as not sent. */
export const readTraceparent = (given: string | undefined): string | undefined =>
  given !== undefined && pattern.test(given) ? given : undefined;
