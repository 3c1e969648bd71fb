import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import * as z from 'zod';

export interface Reply {
  status: number;
  headers: Headers;
  /** The body as JSON where it is JSON, else as text. */
  body: unknown;
  text: string;
}

export interface RequestOptions {
  key?: string | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, instead of `json`. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

export type CheckedRequest = (method: string, path: string, options?: RequestOptions) => Promise<Reply>;

const MediaSchema = z.looseObject({ schema: z.unknown().optional() });
const DocumentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), MediaSchema).optional() })),
      }),
    ),
  ),
});

export interface AnswerCheck {
  /** Fails when the answer to this operation is not what the document promises. `template` is a path of the document. */
  toOperation(method: string, template: string, reply: Reply): void;
  /** The same for a path as it was asked for; one that belongs to no route is answered with a problem all the same. */
  toPath(method: string, path: string, reply: Reply): void;
}

/** Test files of one process share them: what was compiled for a schema serves every file with the same document. */
const checks = new Map<string, AnswerCheck>();

/**
 * Holds answers against the API's own document: a status that the operation does not name, another media type, or a body
 * that departs from its schema.
 */
export function makeAnswerCheck(openApi: Readonly<Record<string, unknown>>): AnswerCheck {
  const { servers: _, ...document } = openApi;
  const text = JSON.stringify(document);
  const check = checks.get(text) ?? compileAnswerCheck(document);
  checks.set(text, check);
  return check;
}

function compileAnswerCheck(openApi: unknown): AnswerCheck {
  const document = DocumentSchema.parse(openApi);
  const findTemplate = makeFindTemplate(Object.keys(document.paths));
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  // CommonJS: what is imported is the module, with the function as its default.
  addFormatsModule.default(ajv);
  ajv.addSchema(document, 'openapi');

  const assertValid = (ref: string, reply: Reply, where: string): void => {
    const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
    if (validate(reply.body) === true) return;
    throw new Error(`${where} departs from its schema: ${ajv.errorsText(validate.errors)}\n${reply.text}`);
  };

  const toOperation: AnswerCheck['toOperation'] = (method, template, reply) => {
    const operation = document.paths[template]?.[method.toLowerCase()];
    const type = (reply.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const where = `${method} ${template} -> ${reply.status}`;
    const response = operation?.responses[String(reply.status)];
    if (response === undefined) throw new Error(`${where} is not documented: ${reply.text}`);
    const content = response.content ?? {};
    if (type === '' && Object.keys(content).length === 0) return;
    if (content[type] === undefined) throw new Error(`${where} answers ${type}, which is not documented`);
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(reply.status), 'content', type];
    assertValid(`openapi#/${[...pointer, 'schema'].map(escapePointer).join('/')}`, reply, where);
  };

  return {
    toOperation,
    toPath(method, path, reply) {
      const [pathname = ''] = path.split('?');
      const template = findTemplate(pathname);
      if (template !== undefined && document.paths[template]?.[method.toLowerCase()] !== undefined) {
        toOperation(method, template, reply);
      } else {
        assertValid('openapi#/components/schemas/Problem', reply, `${method} ${pathname} -> ${reply.status}`);
      }
    },
  };
}

/** Sends requests to a running API, and fails whenever an answer is not what the API's own document promises. */
export function makeCheckedRequest(baseUrl: string, openApi: Readonly<Record<string, unknown>>): CheckedRequest {
  const check = makeAnswerCheck(openApi);
  return async (method, path, options = {}) => {
    const reply = await sendRequest(baseUrl, method, path, options);
    check.toPath(method, path, reply);
    return reply;
  };
}

/** A request whose answer nobody checks against the document. */
export async function sendRequest(
  baseUrl: string,
  method: string,
  path: string,
  { key, json, raw, headers = {} }: RequestOptions = {},
): Promise<Reply> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = /\bjson/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, text };
}

const escapePointer = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** The path of the document that a path is an instance of; one without parameters first. */
function makeFindTemplate(templates: readonly string[]): (path: string) => string | undefined {
  const patterns = templates
    .toSorted((a, b) => a.split('{').length - b.split('{').length)
    .map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    }));
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.template;
}
