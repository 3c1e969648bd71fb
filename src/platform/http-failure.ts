import { Failure } from '../domain/failure.ts';

/** Codes of certificate checks that carry no common prefix (Node.js TLS documentation, "X509 certificate error codes"). */
const certificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
]);

interface Outcome {
  kind: 'transient' | 'misconfigured';
  code: string;
  message: string;
}

/** The first row whose pattern the error's code matches. `sent` narrows a row to before or after the request went out. */
const outcomes: readonly (Outcome & { pattern: RegExp; sent?: boolean })[] = [
  {
    pattern: /^UND_ERR_(INVALID_ARG|REQ_CONTENT_LENGTH_MISMATCH|NOT_SUPPORTED)$/,
    kind: 'misconfigured',
    code: 'http.request_invalid',
    message: 'The request cannot be sent as it is: a header or its target is invalid',
  },
  {
    pattern: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    sent: false,
    kind: 'transient',
    code: 'http.timeout_connect',
    message: 'No connection in time',
  },
  {
    pattern: /^(EPROTO$|ERR_TLS|ERR_SSL|CERT_|CRL_)/,
    sent: false,
    kind: 'transient',
    code: 'http.tls',
    message: 'No trusted TLS connection',
  },
  {
    pattern: /^(HPE_|HTTPParserError$|Z_|ERR_?_ZSTD|ZSTD_|ERR__ERROR_FORMAT|UND_ERR_HEADERS_OVERFLOW$)/,
    sent: true,
    kind: 'transient',
    code: 'http.garbage',
    message: 'The reply is not HTTP',
  },
];

const notConnected: Outcome = { kind: 'transient', code: 'http.connect', message: 'No connection' };
const broken: Outcome = {
  kind: 'transient',
  code: 'http.reset',
  message: 'The connection broke before the reply was complete',
};

/**
 * Whatever went wrong, as a Failure that says in `detail.requestSent` whether the request may have reached the other side:
 * false is certain, true is not. Failures keep their kind and code.
 */
export function toHttpFailure(thrown: unknown, requestSent: boolean, host: string): Failure {
  if (thrown instanceof Failure) {
    const { kind, code, message, retryAfterMs, detail } = thrown;
    return new Failure(kind, code, message, {
      cause: thrown.cause ?? thrown,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      detail: { ...(host === '' ? {} : { host }), ...detail, requestSent },
    });
  }
  const errorCode = readCode(thrown);
  const { kind, code, message } = findOutcome(errorCode, requestSent);
  return new Failure(kind, code, `${message}: ${errorCode || 'unknown error'}`, {
    cause: thrown,
    detail: { host, requestSent, error: errorCode },
  });
}

function findOutcome(errorCode: string, requestSent: boolean): Outcome {
  const row = outcomes.find(({ pattern, sent = requestSent }) => sent === requestSent && pattern.test(errorCode));
  if (row !== undefined) return row;
  if (requestSent) return broken;
  return certificateCodes.has(errorCode) ? { ...notConnected, code: 'http.tls' } : notConnected;
}

/** The error's code, or its name: undici's parser of HTTP leaves many of its errors without a code. */
function readCode(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
}
