import fc, { type Arbitrary } from 'fast-check';
import { generateValues } from './generate-values.ts';
import { breakBody, toBody, type Body } from './hostile-bodies.ts';
import { brokenHeader } from './hostile-headers.ts';
import { brokenQuery, brokenSegment } from './hostile-urls.ts';
import { idPrefixOf, type OpenApi, type Operation, type Parameter } from './read-operations.ts';
import type { RawRequest } from './send-raw.ts';

/** What a request can be about: a key, and the ids of things that its holder really has. */
export interface Target {
  key: string;
  /** By prefix of the id (`ord`), or by the parameter's name where it takes no id. */
  ids: Readonly<Record<string, string>>;
}

export interface FuzzSettings {
  document: OpenApi;
  operation: Operation;
  target: Target;
  bodyBytesMax: number;
}

type Lines = readonly [string, string][];

/** Requests to one operation: some as the document wants them, and some with one part of them broken. */
export function generateRequests(settings: FuzzSettings): Arbitrary<RawRequest> {
  const { operation, target, bodyBytesMax } = settings;
  const of = (where: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === where);
  const fromPath = of('path');
  const pathWith = (segment: (parameter: Parameter) => Arbitrary<string>): Arbitrary<string> =>
    fc
      .tuple(...fromPath.map(segment))
      .map((values) =>
        fromPath.reduce((path, { name }, at) => path.replace(`{${name}}`, () => values[at] ?? ''), operation.template),
      );
  const good = {
    path: pathWith((parameter) => goodValue(settings, parameter)),
    query: goodQuery(settings, of('query')),
    headers: goodHeaders(settings, of('header')),
    body: goodBody(settings),
  };
  const request = (parts: Partial<typeof good>): Arbitrary<RawRequest> =>
    fc.record({ ...good, ...parts }).map(({ path, query, headers, body: { bytes, chunked = false, lines } }) => {
      const key: Lines = operation.scope === undefined ? [] : [['Authorization', `Bearer ${target.key}`]];
      const all = [...key, ...headers, ...lines];
      // A later line stands for an earlier one of the same name.
      const kept = all.filter(([name], at) => !all.slice(at + 1).some(([later]) => later === name));
      return { method: operation.method, path: `${path}${query}`, headers: kept, body: bytes, chunked };
    });

  const oneOddHeader = fc.tuple(good.headers, brokenHeader).map(([lines, line]): Lines => [...lines, line]);
  return fc.oneof(
    { weight: 6, arbitrary: request({}) },
    { weight: of('query').length > 0 ? 6 : 1, arbitrary: request({ query: brokenQuery(of('query'), target.ids) }) },
    { weight: 2, arbitrary: request({ headers: oneOddHeader }) },
    { weight: fromPath.length > 0 ? 2 : 0, arbitrary: request({ path: pathWith(() => brokenSegment(target.ids)) }) },
    { weight: operation.body === undefined ? 1 : 8, arbitrary: request({ body: breakBody(good.body, bodyBytesMax) }) },
  );
}

/** A real id most of the time, and now and then another value that the document allows. */
function goodValue({ document, target }: FuzzSettings, { name, schema }: Parameter): Arbitrary<string> {
  const real = target.ids[idPrefixOf(schema) ?? name];
  const any = generateValues(document, schema).map((value) => encodeURIComponent(String(value)));
  if (real === undefined) return any;
  return fc.oneof({ weight: 9, arbitrary: fc.constant(real) }, { weight: 1, arbitrary: any });
}

function goodQuery(settings: FuzzSettings, parameters: readonly Parameter[]): Arbitrary<string> {
  const pairs = parameters.map((parameter) =>
    goodValue(settings, parameter).map((text) => `${parameter.name}=${text}`),
  );
  return fc.tuple(...pairs.map((pair) => fc.option(pair, { nil: undefined, freq: 3 }))).map((given) => {
    const query = given.filter((pair) => pair !== undefined).join('&');
    return query === '' ? '' : `?${query}`;
  });
}

/** Idempotency keys are fresh each time; a key's own merchant may be named. */
function goodHeaders({ document, target }: FuzzSettings, parameters: readonly Parameter[]): Arbitrary<Lines> {
  const lines = parameters.map(({ name, schema, required }) => {
    const prefix = idPrefixOf(schema);
    const any = schema['enum'] === undefined ? fc.uuid() : generateValues(document, schema).map(String);
    const value = prefix === undefined ? any : fc.constant(target.ids[prefix] ?? '');
    const line = value.map((text): Lines => [[name, text]]);
    return required === true ? line : fc.oneof(fc.constant<Lines>([]), line);
  });
  return fc.tuple(...lines).map((given) => given.flat());
}

const isWithKey = (value: unknown): value is { apiKey: unknown } =>
  typeof value === 'object' && value !== null && 'apiKey' in value;

/** Bodies that are no JSON document of ours: a partner's hook, and rows, right and wrong. */
const hooks = [
  '{"hookConfig":"ping"}',
  '{"Domain":"Fulfillment","OrderId":"v1-01","State":"ready-for-handling","LastChange":"2026-01-15T00:00:00Z"}',
];
const rows: Readonly<Record<string, readonly string[]>> = {
  '/v1/products': [
    '{"products":[]}',
    '{"products":[{"externalIdentifier":"p","name":"P","categories":[],"weight":1,"dimensions":{},"identifiers":[]},{}]}',
  ],
  '/v1/inventory': [
    '{"items":[1]}',
    '{"items":[{"externalProductId":"p","externalStoreLocationId":"store-1","available":true}]}',
  ],
};

function goodBody({ document, operation: { body, dialect, template }, target }: FuzzSettings): Arbitrary<Body> {
  const nothing = fc.constant(toBody(''));
  if (body === undefined) return nothing;
  if (body.type === 'bytes') return fc.constantFrom(...(rows[template] ?? hooks)).map(toBody);
  const full = generateValues(document, body.schema).map((value) =>
    // A partner's protocol takes the key itself for a token: no value that fits the schema is one by chance.
    toBody(JSON.stringify(dialect !== undefined && isWithKey(value) ? { ...value, apiKey: target.key } : value)),
  );
  return body.required ? full : fc.oneof(full, nothing);
}
