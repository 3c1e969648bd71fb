import * as z from 'zod';
import { makeAnswerCheck, type Reply } from '../support/checked-request.ts';
import { makeAllowsRequest } from './allows-request.ts';
import { assertEchoed } from './assert-echoed.ts';
import { keywordsAt } from './keywords-at.ts';
import type { OpenApi, Operation } from './read-operations.ts';
import type { RawRequest } from './send-raw.ts';

const FieldErrorSchema = z.object({
  code: z.string(),
  pointer: z.string().optional(),
  parameter: z.string().optional(),
});
type FieldError = z.infer<typeof FieldErrorSchema>;
const ProblemSchema = z.looseObject({
  status: z.int(),
  code: z.string(),
  traceId: z.string(),
  errors: z.array(FieldErrorSchema).default([]),
});
type Problem = z.infer<typeof ProblemSchema>;
const ForeignRefusalSchema = z.union([
  z.looseObject({ code: z.string(), requestId: z.string() }),
  // Nash's.
  z
    .looseObject({ error: z.looseObject({ code: z.string() }), RequestID: z.string() })
    .transform(({ error, RequestID: requestId }) => ({ code: error.code, requestId })),
]);

/** What a schema can say. The rest (two times in order, a URL nobody may call) is for the handlers. */
const structural = new Set(['field.type', 'field.required', 'field.unknown', 'field.too_small', 'field.too_big', 'field.format']); // prettier-ignore

/** Where a field's form depends on what is stored; the document says so in words. By operation, the pointers. */
const beyondSchema: Readonly<Record<string, RegExp>> = {
  // A delivery needs an address, and a patch does not say what kind of order it changes.
  patchOrdersOrderId: /^\/recipient\/address$/,
  // The connector's own schema (`GET /v1/connectors`), after what is set was merged with what is given.
  patchConnectionsConnectionId: /^\/settings/,
  postConnectorsGenericCarrierTry: /^\/settings/,
  // What a fulfilment system may be given depends on whose OMS the merchant has connected.
  postConnections: /^\/routing\/\d+\/connections$/,
};

/** They have a verdict for each part of their body: a wrong part is no refusal of the others. */
const judgesParts = new Set(['postTrackingEvents']);

/** They answer with what they made, in the shape in which it was sent. */
const creates = new Set(['postOrders', 'postConnections', 'postEndpoints', 'postMerchants', 'postMerchantsMerchantIdApiKeys']); // prettier-ignore

const fail = (why: string): never => {
  throw new Error(why);
};

const assertNoInsides = ({ text }: Reply): void => {
  if (/\\n +at |node:internal|node_modules/.test(text)) fail(`the answer shows our insides: ${text}`);
};

/** Judges the answer to any request whatever, by the document alone. Throws an Error that says what is wrong. */
export function makeJudge(document: OpenApi, openApi: Readonly<Record<string, unknown>>) {
  const check = makeAnswerCheck(openApi);
  const allows = makeAllowsRequest(document);

  return (operation: Operation, request: RawRequest, reply: Reply): void => {
    const { status, headers, body, text } = reply;
    if (status >= 500 || (status >= 400 && typeof body === 'string')) fail(`it was answered ${status}: ${text}`);
    if (headers.get('x-request-id') === null) fail('the answer has no X-Request-Id');
    const isAllowed = allows(operation, request);
    if (status >= 400) {
      const isOurs = operation.dialect === undefined || headers.get('content-type') === 'application/problem+json';
      if (!isOurs) return judgeForeignRefusal(operation, reply);
      return judgeRefusal(operation, request, reply, ProblemSchema.parse(body), isAllowed);
    }
    check.toOperation(operation.method, operation.template, reply);
    if (!isAllowed && !judgesParts.has(operation.id))
      fail(`it was answered ${status}, though the document does not allow the request`);
    if (creates.has(operation.id)) assertEchoed(JSON.parse(request.body.toString()), body);
  };

  /** In a partner's form, which says less of what is wrong. */
  function judgeForeignRefusal(operation: Operation, reply: Reply): void {
    check.toOperation(operation.method, operation.template, reply);
    const { code, requestId } = ForeignRefusalSchema.parse(reply.body);
    const listed = operation.answers[String(reply.status)] ?? '';
    if (!listed.includes(`\`${code}\``)) fail(`${code} is not among the refusals that the document lists: ${listed}`);
    if (requestId !== reply.headers.get('x-request-id')) fail('requestId and X-Request-Id differ');
    assertNoInsides(reply);
  }

  function judgeRefusal(
    operation: Operation,
    request: RawRequest,
    reply: Reply,
    { status, code, traceId, errors }: Problem,
    isAllowed: boolean,
  ): void {
    // A broken path may be no route at all, or another one.
    if ((code === 'route.not_found' || code === 'route.method') && !isAllowed)
      check.toPath('GET', '/no-such-route', reply);
    else {
      check.toOperation(operation.method, operation.template, reply);
      const listed = operation.answers[String(status)] ?? '';
      if (!listed.includes(`\`${code}\``)) fail(`${code} is not among the problems that the document lists: ${listed}`);
    }
    if (status !== reply.status) fail(`HTTP says ${reply.status}, the problem ${status}`);
    if (traceId !== reply.headers.get('x-request-id')) fail('traceId and X-Request-Id differ');
    assertNoInsides(reply);
    if (code === 'request.invalid' && errors.length === 0) fail('request.invalid says nothing of what is wrong');
    for (const error of errors) judgeFieldError(document, operation, request, error, isAllowed);
  }
}

function judgeFieldError(
  document: OpenApi,
  { id, body: wanted }: Operation,
  { body }: RawRequest,
  { code, pointer, parameter }: FieldError,
  isAllowed: boolean,
): void {
  if ((pointer === undefined) === (parameter === undefined)) fail(`${code} wants a pointer or a parameter`);
  if (pointer !== undefined && !leadsSomewhere(body, pointer)) fail(`${pointer} leads nowhere`);
  if (!isAllowed || !structural.has(code) || beyondSchema[id]?.test(pointer ?? '') === true) return;
  // `format` is a hint (JSON Schema validation, 7.2.1): one parser of URLs takes more than another.
  const isHint = wanted?.type === 'json' && keywordsAt(document, wanted.schema, pointer ?? '').has('format');
  if (code === 'field.format' && isHint) return;
  fail(`${pointer ?? parameter} was refused with ${code}, though the document allows it`);
}

/** A pointer names a place in the body, or a member that its parent lacks. */
function leadsSomewhere(body: Buffer, pointer: string): boolean {
  if (pointer === '') return true;
  if (!pointer.startsWith('/')) return false;
  const parts = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
  for (const part of parts.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false;
    at = Reflect.get(at, part);
  }
  return typeof at === 'object' && at !== null;
}
