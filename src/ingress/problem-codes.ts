import { endpointProblemCodes } from './endpoint-problem-codes.ts';
import { row, type ProblemRow } from './problem-row.ts';
import { rowProblemCodes } from './rows/problem-codes.ts';
import { issueProblemCodes } from './issue-problem-codes.ts';
import { serviceProblemCodes } from './service-problem-codes.ts';
import { queueProblemCodes } from './queue-problem-codes.ts';
import { runProblemCodes } from './run-problem-codes.ts';
import { sandboxProblemCodes } from './sandbox-problem-codes.ts';
import { trackingProblemCodes } from './tracking-problem-codes.ts';
import { userProblemCodes } from './user-problem-codes.ts';

/** Every code that the HTTP side itself answers with, and those of the store that can reach it. */
export const problemCodes = {
  ...rowProblemCodes,
  ...runProblemCodes,
  ...endpointProblemCodes,
  ...issueProblemCodes,
  ...serviceProblemCodes,
  ...trackingProblemCodes,
  ...userProblemCodes,
  ...sandboxProblemCodes,
  ...queueProblemCodes,
  'auth.missing': row('misconfigured', 401, 'No API key', 'Send `Authorization: Bearer <key>`.'),
  'auth.invalid': row(
    'misconfigured',
    401,
    'Unknown API key',
    'The key does not exist, or has been revoked. A revoked key may still be taken for up to 2 seconds.',
  ),
  'auth.scope': row('rejected', 403, 'The key may not do this', 'The key lacks the scope that this route asks for.'),
  'auth.installation': row(
    'rejected',
    403,
    'Of the whole installation',
    'It is about all merchants. Use the installation’s own key, or an admin’s.',
  ),
  'auth.merchant_required': row(
    'malformed',
    400,
    'No merchant named',
    'An admin key belongs to no merchant: name one in the header `Packline-Merchant`.',
  ),
  'auth.merchant_forbidden': row(
    'rejected',
    403,
    'Another merchant',
    'A merchant’s key sees that merchant only; leave `Packline-Merchant` out.',
  ),
  'rate.limited': row(
    'throttled',
    429,
    'Too many requests',
    'Each key has a bucket of requests that refills steadily. Wait as long as `Retry-After` says.',
  ),
  'request.invalid': row('malformed', 400, 'The request does not fit its schema', '`errors` says where, and what.'),
  'request.json': row(
    'malformed',
    400,
    'The body is not JSON',
    'Send one JSON document in UTF-8 and nothing after it.',
  ),
  'request.encoding': row('malformed', 400, 'The body is not UTF-8', 'JSON is UTF-8 (RFC 8259); convert it first.'),
  'request.depth': row('malformed', 400, 'The body is nested too deeply', 'At most 32 levels are read.'),
  'request.aborted': row('aborted', 400, 'The body broke off', 'The connection ended before the whole body was here.'),
  'request.timeout': row(
    'transient',
    408,
    'The body took too long',
    'The whole body has to arrive within the deadline. Send it again.',
  ),
  'request.too_large': row('malformed', 413, 'The body is too large', 'The limit stands in `detail`.'),
  'request.headers_too_large': row('malformed', 431, 'Too many headers', 'At most 100 headers are read.'),
  'request.content_type': row('malformed', 415, 'Not JSON', 'Send `Content-Type: application/json`.'),
  'request.content_encoding': row('malformed', 415, 'A compressed body', 'Send the body as it is, without encoding.'),
  'request.http': row('malformed', 400, 'Not HTTP', 'What was sent is not an HTTP request that can be read safely.'),
  'route.not_found': row('malformed', 404, 'No such route', 'See /docs for the routes there are.'),
  'route.method': row('malformed', 405, 'Not with this method', '`Allow` lists the methods of this path.'),
  'idempotency.key_missing': row(
    'malformed',
    400,
    'No idempotency key',
    'Send `Idempotency-Key`, a word of your own for this request, and the same one when you send it again: a request that did arrive is then not done twice.',
  ),
  'idempotency.key_invalid': row(
    'malformed',
    400,
    'The idempotency key cannot be used',
    'One header line with 1 to 255 visible ASCII characters, bare or as a quoted string.',
  ),
  'idempotency.key_reused': row(
    'rejected',
    422,
    'The idempotency key belongs to another request',
    'The same key came with another body within 24 hours. Use a new key for a new request.',
  ),
  'idempotency.in_progress': row(
    'transient',
    409,
    'The same request is under way',
    'Ask again after `Retry-After`; you will get its answer.',
  ),
  'worksheet.not_found': row('rejected', 404, 'No such worksheet', 'See `GET /v1/orders/{orderId}/worksheets`.'),
  'shipment.not_found': row('rejected', 404, 'No such shipment', 'See `GET /v1/shipments`.'),
  'facility.not_found': row('rejected', 404, 'No such facility', 'See `GET /v1/facilities`.'),
  'merchant.not_found': row('rejected', 404, 'No such merchant', 'See `GET /v1/merchants`.'),
  'api_key.not_found': row('rejected', 404, 'No such API key', 'It may have been revoked already.'),
  'connection.not_found': row('rejected', 404, 'No such connection', 'See `GET /v1/connections`.'),
  'connection.missing': row('rejected', 404, 'No such connection', 'It was deleted while it was in use.'),
  'connection.paused': row('rejected', 409, 'The connection is paused', 'Resume it first.'),
  'connection.hook_taken': row(
    'rejected',
    409,
    'The partner sends its hooks elsewhere',
    'A partner keeps one hook for each key. Make a key of its own for Packline, or ask again with `replace`.',
  ),
  'connection.partner_refused': row(
    'rejected',
    422,
    'The partner refused',
    'What the partner said is in `detail`; nothing was changed there.',
  ),
  'connection.partner_down': row(
    'transient',
    503,
    'The partner does not answer',
    'Nothing is wrong with the request; try again later.',
  ),
  'connection.unsupported': row(
    'rejected',
    409,
    'The partner cannot do this',
    'This system has no call for it; `detail` says how to do it by hand.',
  ),
  'order.not_found': row('rejected', 404, 'No such order', 'It does not exist, or its retention is over.'),
  'order.exists': row(
    'rejected',
    409,
    'Another order has this external id',
    'An external id names one order for ever; `orderId` is that order. Send changes with PATCH.',
  ),
  'order.state': row(
    'rejected',
    409,
    'The order’s state does not allow this',
    '`detail` says which state it is in. Amendments end when picking begins; a canceled or delivered order stays so; an order that is invoiced is not canceled, nor one that is being canceled invoiced.',
  ),
  'order.ambiguous': row(
    'rejected',
    409,
    'Several orders have this id',
    'An external id is unique within its source. Name the order by its id in Packline (`ord_…`).',
  ),
  'order.contended': row('transient', 503, 'The order changed too often meanwhile', 'Send the request again.'),
  'store.contended': row('transient', 503, 'It changed too often meanwhile', 'Send the request again.'),
  'invoice.number_taken': row(
    'rejected',
    409,
    'Another invoice has this number',
    'An invoice is known by its number. Send the same invoice again, or this one under a number of its own.',
  ),
  'invoice.exceeds': row(
    'rejected',
    409,
    'More than what is due',
    'What was picked decides what is due: what was ordered with shipping, taxes and discounts, less what was not picked. See `GET /v1/orders/{orderId}/picked-items`.',
  ),
  'order.line_unknown': row('rejected', 409, 'No such line', 'An item names a line that the order does not have.'),
  'return.exceeds': row(
    'rejected',
    409,
    'More than what was in the bag',
    'What was picked and has not come back yet can come back.',
  ),
  'settlement.held': row(
    'rejected',
    409,
    'Somebody has to look at what was picked',
    'What was picked differs from what was ordered by more than the connection’s rules allow. Look at `settlement` of `GET /v1/orders/{orderId}/picked-items`, then accept it: `POST /v1/orders/{orderId}/settlement/accept`, or the invoice with `acceptDifferences`.',
  ),
  'reconciliation.not_found': row('rejected', 404, 'No such reconciliation', 'See `GET /v1/reconciliations`.'),
  'reconciliation.running': row(
    'rejected',
    409,
    'A reconciliation is under way',
    'It compares the same orders: read it until its status is `done`.',
  ),
  'webhook.token_unknown': row(
    'rejected',
    404,
    'No such inbound URL',
    'The connection was deleted, or its URL was rotated more than 24 hours ago. Copy the new one into the partner’s portal.',
  ),
  'webhook.refused': row('misconfigured', 401, 'Not believed', 'The webhook is not signed as this connection expects.'),
  'webhook.throttled': row(
    'throttled',
    429,
    'Too many webhooks that were not believed',
    'This address sent many badly signed webhooks to this URL; it is listened to again after `Retry-After`.',
  ),
  'webhook.keys_unread': row(
    'transient',
    503,
    'Its key is not known yet',
    'The hook is signed with a key that was not on the carrier’s list when it was read last. The list is read again: repeat the hook.',
  ),
  'redis.away': row(
    'transient',
    503,
    'The store cannot be reached',
    'Nothing was accepted. Send the request again after `Retry-After`, with the same idempotency key.',
  ),
  'redis.generation': row(
    'transient',
    503,
    'The store is not the one we know',
    'Redis came back empty, or is another one. Packline stays shut until an operator restores it or accepts it (`--accept-empty`).',
  ),
  'redis.not_replicated': row(
    'transient',
    503,
    'Stored, but not safe yet',
    'Fewer replicas of the store than PACKLINE_WAIT_REPLICAS asks for have it. Send the request again after `Retry-After`, with the same idempotency key.',
  ),
  'redis.unexpected_reply': row('transient', 503, 'The store answered nonsense', 'Send the request again.'),
  'packline.full': row(
    'transient',
    503,
    'Packline is nearly full',
    'What is left of the store’s memory is kept for finishing what was accepted. Send the request again later.',
  ),
  'packline.draining': row('aborted', 503, 'This process is ending', 'Another one takes over; send the request again.'),
  'packline.unexpected': row(
    'transient',
    500,
    'Something went wrong in Packline',
    'It was written to the log under `traceId`. Sending the request again with the same idempotency key is safe.',
  ),
  'secrets.cannot_open': row(
    'misconfigured',
    500,
    'A sealed value cannot be opened',
    'The master key that sealed it is not configured. An operator has to add it to PACKLINE_SECRET_KEYS_PREVIOUS.',
  ),
} as const satisfies Record<string, ProblemRow>;

export type ProblemCode = keyof typeof problemCodes;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemCodes, code);
