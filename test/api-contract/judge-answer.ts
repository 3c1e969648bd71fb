import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import * as z from 'zod';
import { makeAnswerCheck, type Reply } from '../support/checked-request.ts';
import type { OpenApi, Operation, Parameter, Schema } from './read-operations.ts';
import type { RawRequest } from './send-raw.ts';

const FieldErrorSchema = z.object({
  code: z.string(),
  pointer: z.string().optional(),
  parameter: z.string().optional(),
});
const ProblemSchema = z.looseObject({
  status: z.int(),
  code: z.string(),
  traceId: z.string(),
  errors: z.array(FieldErrorSchema).optional(),
});

/** What a schema can say. The rest (two times in order, a URL nobody may call) is for the handlers. */
const structural = new Set(['field.type', 'field.required', 'field.unknown', 'field.too_small', 'field.too_big', 'field.format']); // prettier-ignore

/** Where a field's form depends on what is stored; the document says so in words. By operation, the pointers. */
const beyondSchema: Readonly<Record<string, RegExp>> = {
  // A delivery needs an address, and a patch does not say what kind of order it changes.
  patchOrdersOrderId: /^\/recipient\/address$/,
  // The connector's own schema (`GET /v1/connectors`), after what is set was merged with what is given.
  patchConnectionsConnectionId: /^\/settings/,
  // What a fulfilment system may be given depends on whose OMS the merchant has connected.
  postConnections: /^\/routing\/\d+\/connections$/,
};

/** They answer with what they made, in the shape in which it was sent. */
const creates = new Set(['postOrders', 'postConnections', 'postEndpoints', 'postMerchants', 'postMerchantsMerchantIdApiKeys']); // prettier-ignore

/** Judges answers to any request whatever, by the document alone. Throws an Error that says what is wrong. */
export function makeJudge(document: OpenApi, openApi: unknown) {
  const check = makeAnswerCheck(openApi);
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  addFormatsModule.default(ajv);
  ajv.addSchema(document, 'openapi');
  const compiled = new Map<string, ValidateFunction>();
  const fits = (name: string, schema: Schema, value: unknown): boolean => {
    const { $ref, ...rest } = schema;
    const whole = typeof $ref === 'string' ? { $ref: `openapi${$ref}` } : rest;
    const validate = compiled.get(name) ?? ajv.compile(whole);
    compiled.set(name, validate);
    return validate(value);
  };

  function fitsParameter({ id }: Operation, parameter: Parameter, text: string | undefined): boolean {
    const { name, in: where, required = false, schema } = parameter;
    if (text === undefined) return !required;
    const value = schema['type'] === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
    return fits(`${id} ${where} ${name}`, schema, value);
  }

  /** Whether a request is one that the document allows. */
  function isAllowed(operation: Operation, request: RawRequest): boolean {
    const { pathname, searchParams } = new URL(request.path, 'http://x');
    const parts = pathname.split('/');
    const template = operation.template.split('/');
    const header = (name: string): string | undefined => request.headers.find(([other]) => other === name)?.[1].trim();
    const query = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    if (operation.scope !== undefined) {
      // Without a name it is no parameter.
      if ([...searchParams.keys()].some((name) => name !== '' && !query.includes(name))) return false;
      if (query.some((name) => searchParams.getAll(name).length > 1)) return false;
    }
    const inPlace = (parameter: Parameter): string | undefined => {
      if (parameter.in === 'header') return header(parameter.name);
      if (parameter.in === 'query') return searchParams.get(parameter.name) ?? undefined;
      return decode(parts[template.indexOf(`{${parameter.name}}`)] ?? '');
    };
    return (
      parts.length === template.length &&
      operation.parameters.every((parameter) => fitsParameter(operation, parameter, inPlace(parameter))) &&
      fitsBody(operation, request)
    );
  }

  function fitsBody({ id, body }: Operation, { body: bytes, headers }: RawRequest): boolean {
    if (body?.type !== 'json') return true;
    if (bytes.length === 0) return !body.required;
    const header = (name: string): string => headers.find(([other]) => other === name)?.[1] ?? '';
    if (!/^application\/json *(;|$)/i.test(header('Content-Type')) || header('Content-Encoding') !== '') return false;
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      return fits(`${id} body`, body.schema, JSON.parse(text));
    } catch {
      return false;
    }
  }

  return (operation: Operation, request: RawRequest, reply: Reply): void => {
    if (reply.status >= 500 || (reply.status >= 400 && typeof reply.body === 'string')) {
      throw new Error(`it was answered ${reply.status}: ${reply.text}`);
    }
    const refused = reply.status >= 400 ? ProblemSchema.parse(reply.body) : undefined;
    // A broken path may be no route at all.
    if (refused?.code === 'route.not_found' || refused?.code === 'route.method') check.toPath('GET', '/none', reply);
    else check.toOperation(operation.method, operation.template, reply);
    if (reply.headers.get('x-request-id') === null) throw new Error('the answer has no X-Request-Id');
    if (/\n\s+at |node:internal|node_modules/.test(reply.status >= 400 ? reply.text : '')) throw new Error(`the answer shows our insides: ${reply.text}`); // prettier-ignore

    const allowed = isAllowed(operation, request);
    if (refused === undefined) {
      if (!allowed) throw new Error(`it was answered ${reply.status}, though the document does not allow the request`);
      if (creates.has(operation.id)) assertEchoed(JSON.parse(request.body.toString()), reply.body, '');
      return;
    }
    if (refused.status !== reply.status) throw new Error(`HTTP says ${reply.status}, the problem ${refused.status}`);
    if (refused.traceId !== reply.headers.get('x-request-id')) throw new Error('traceId and X-Request-Id differ');
    if (refused.code === 'request.invalid') judgeErrors(refused.errors ?? [], operation, request, allowed);
  };

  function judgeErrors(
    errors: readonly z.infer<typeof FieldErrorSchema>[],
    { id }: Operation,
    request: RawRequest,
    allowed: boolean,
  ): void {
    if (errors.length === 0) throw new Error('request.invalid says nothing of what is wrong');
    for (const { pointer, parameter, code } of errors) {
      if ((pointer === undefined) === (parameter === undefined))
        throw new Error(`${code} wants a pointer or a parameter`);
      if (pointer !== undefined && !leadsSomewhere(request.body, pointer)) throw new Error(`${pointer} leads nowhere`);
      if (allowed && structural.has(code) && beyondSchema[id]?.test(pointer ?? '') !== true) {
        throw new Error(`${pointer ?? parameter} was refused with ${code}, though the document allows it`);
      }
    }
  }
}

/** What was made is answered as it was sent: nothing lost, nothing cut, nothing added inside. */
function assertEchoed(sent: unknown, answered: unknown, at: string): void {
  if (typeof sent !== 'object' || sent === null) {
    const isSame =
      sent === answered || Object.is(sent, -0) || Date.parse(String(sent)) === Date.parse(String(answered));
    if (!isSame) throw new Error(`${at} came back as ${JSON.stringify(answered)}, not as ${JSON.stringify(sent)}`);
    return;
  }
  const given = typeof answered === 'object' && answered !== null ? answered : {};
  for (const [key, member] of Object.entries(sent)) {
    // The routes' own words for what they were given; settings are shown without secrets and as their connector reads them.
    if (at === '' && (key === 'settings' || !Object.hasOwn(given, key))) continue;
    if (!Object.hasOwn(given, key)) throw new Error(`${at}/${key} was lost`);
    assertEchoed(member, Reflect.get(given, key), `${at}/${key}`);
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** A pointer names a place in the body, or a member that its parent lacks. */
function leadsSomewhere(body: Buffer, pointer: string): boolean {
  if (pointer === '') return true;
  if (!pointer.startsWith('/')) return false;
  const parts = pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')); // prettier-ignore
  let at: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
  for (const part of parts.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false;
    at = Reflect.get(at, part);
  }
  return typeof at === 'object' && at !== null;
}
