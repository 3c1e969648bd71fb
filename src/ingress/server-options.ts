import type { ServerOptions } from 'node:http';

/** For the HTTP server in front of the app: what Node enforces before a request reaches it. */
export const serverOptions = {
  // Request line included, so this bounds the query string too; over it: 431.
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  // Uploads take as long as they take; bodies have the deadlines of the app, and what nobody reads that of `guardServer`.
  requestTimeout: 0,
  // Longer than the idle time of common load balancers (60 s), so that it is they who close idle connections.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
  joinDuplicateHeaders: false,
  // Node would answer 400 without a body, and only where there is none; `guardServer` looks itself.
  requireHostHeader: false,
} as const satisfies ServerOptions;
