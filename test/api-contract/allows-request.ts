import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { OpenApi, Operation, Parameter, Schema } from './read-operations.ts';
import type { RawRequest } from './send-raw.ts';

/** Whether a request is one that the document allows, judged by its schemas alone. */
export type AllowsRequest = (operation: Operation, request: RawRequest) => boolean;

export function makeAllowsRequest(document: OpenApi): AllowsRequest {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  // CommonJS: what is imported is the module, with the function as its default.
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

  function fitsParameter({ id }: Operation, { name, in: where, required, schema }: Parameter, text?: string): boolean {
    if (text === undefined) return required !== true;
    const value = schema['type'] === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
    return fits(`${id} ${where} ${name}`, schema, value);
  }

  function fitsBody({ id, body }: Operation, request: RawRequest): boolean {
    if (body?.type !== 'json') return true;
    if (request.body.length === 0) return !body.required;
    const type = headerOf(request, 'Content-Type') ?? '';
    if (!/^application\/json *(;|$)/i.test(type) || headerOf(request, 'Content-Encoding') !== undefined) return false;
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(request.body);
      return fits(`${id} body`, body.schema, JSON.parse(text));
    } catch {
      return false;
    }
  }

  return (operation, request) => {
    const { pathname, searchParams } = new URL(request.path, 'http://x');
    const [segments, template] = [pathname.split('/'), operation.template.split('/')];
    if (segments.length !== template.length) return false;
    const known = new Set(operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
    // Probes and partners may add what they like; and without a name it is no parameter.
    const isOurs = operation.scope !== undefined && operation.dialect === undefined;
    const given = !isOurs ? [] : [...searchParams.keys()].filter((name) => name !== '');
    if (given.some((name) => !known.has(name) || searchParams.getAll(name).length > 1)) return false;
    const inPlace = ({ name, in: where }: Parameter): string | undefined => {
      if (where === 'header') return headerOf(request, name)?.trim();
      if (where === 'query') return searchParams.get(name) ?? undefined;
      return decode(segments[template.indexOf(`{${name}}`)] ?? '');
    };
    return (
      operation.parameters.every((parameter) => fitsParameter(operation, parameter, inPlace(parameter))) &&
      fitsBody(operation, request)
    );
  };
}

const headerOf = ({ headers }: RawRequest, wanted: string): string | undefined =>
  headers.find(([name]) => name === wanted)?.[1];

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
