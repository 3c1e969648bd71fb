import fc, { type Arbitrary } from 'fast-check';
import { gzipSync } from 'node:zlib';
import { generateValues } from './generate-values.ts';
import { breakJson } from './hostile-json.ts';
import { idPrefixOf, type OpenApi, type Operation, type Parameter } from './read-operations.ts';
import type { RawRequest } from './send-raw.ts';

/** What a request can be about: a merchant with a key, and the ids of things it really has. */
export interface Target {
  key: string;
  /** By prefix of the id (`ord`), and the `token` of an inbound URL. */
  ids: Readonly<Record<string, string>>;
}

export interface FuzzSettings {
  document: OpenApi;
  operation: Operation;
  target: Target;
  bodyBytesMax: number;
}

interface Body {
  bytes: Buffer;
  headers: readonly [string, string][];
  chunked?: boolean;
}

const json = ['Content-Type', 'application/json'] as const satisfies [string, string];
const toBody = (text: string | Buffer): Body => ({ bytes: Buffer.from(text), headers: [json] });
const nothing: Body = { bytes: Buffer.alloc(0), headers: [] };

/** Requests to one operation: half of them as the document wants them, the others with one part of them broken. */
export function generateRequests(settings: FuzzSettings): Arbitrary<RawRequest> {
  const { operation, target } = settings;
  const good = {
    path: pathOf(settings, (parameter) => goodParameter(settings, parameter)),
    query: queryOf(settings),
    headers: headersOf(settings),
    body: operation.body === undefined ? fc.constant(nothing) : goodBody(settings),
  };
  const request = (parts: Partial<typeof good>) =>
    fc.record({ ...good, ...parts }).map(({ path, query, headers, body }): RawRequest => {
      const authorization: [string, string][] = operation.scope === undefined ? [] : [['Authorization', `Bearer ${target.key}`]]; // prettier-ignore
      const all = [...authorization, ...headers, ...body.headers];
      // A later line stands for an earlier one of the same name.
      const kept = all.filter(([name], index) => !all.slice(index + 1).some(([other]) => other === name));
      const { bytes, chunked = false } = body;
      return { method: operation.method, path: `${path}${query}`, headers: kept, body: bytes, chunked };
    });
  return fc.oneof(
    { weight: 6, arbitrary: request({}) },
    { weight: operation.parameters.some((one) => one.in === 'query') ? 6 : 1, arbitrary: request({ query: brokenQuery(settings) }) }, // prettier-ignore
    { weight: 1, arbitrary: request({ headers: fc.tuple(good.headers, brokenHeader).map(([some, one]) => [...some, one]) }) }, // prettier-ignore
    { weight: operation.parameters.some((one) => one.in === 'path') ? 2 : 0, arbitrary: request({ path: pathOf(settings, () => brokenSegment(target)) }) }, // prettier-ignore
    { weight: operation.body === undefined ? 1 : 8, arbitrary: request({ body: brokenBody(settings) }) },
  );
}

function pathOf({ operation }: FuzzSettings, segment: (parameter: Parameter) => Arbitrary<string>): Arbitrary<string> {
  const parameters = operation.parameters.filter((one) => one.in === 'path');
  return fc.tuple(...parameters.map(segment)).map(
    (values) =>
      parameters.reduce((path, { name }, index) => path.replace(`{${name}}`, () => values[index] ?? ''), operation.template), // prettier-ignore
  );
}

function goodParameter({ document, target }: FuzzSettings, { name, schema }: Parameter): Arbitrary<string> {
  const real = target.ids[idPrefixOf(schema) ?? name];
  const any = generateValues(document, schema).map((value) => encodeURIComponent(String(value)));
  return real === undefined ? any : fc.oneof({ weight: 9, arbitrary: fc.constant(real) }, { weight: 1, arbitrary: any }); // prettier-ignore
}

/** Segments that are no ids, written as a path may hold them: visible ASCII without `?` and `#`. */
const brokenSegment = ({ ids }: Target): Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...Object.values(ids)),
    fc.constantFrom(...Object.values(ids).flatMap((id) => [id.toUpperCase(), `${id}%0a`, `${id}%00`, `${id}/`, `%20${id}`, id.replace('_', '%5f')])), // prettier-ignore
    fc.constantFrom('%', '%zz', '%ff', '%c0%af', '%00', '%2f', '%2e%2e', '..', '.', '..%2f..%2f', '%252e', '*', ':id', '{id}', ';a=b', '//', '\\', 'x'.repeat(5_000), '__proto__', 'constructor', 'null', 'undefined', '-1', '%F0%9F%8D%8E', '%u202e'), // prettier-ignore
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
  );

function queryOf({ document, operation, target }: FuzzSettings): Arbitrary<string> {
  const parameters = operation.parameters.filter((one) => one.in === 'query');
  const values = parameters.map(
    (parameter) =>
    fc.option(fc.tuple(fc.constant(parameter.name), goodParameter(queryTarget({ document, operation, target }), parameter)), { nil: undefined, freq: 3 }), // prettier-ignore
  );
  return fc.tuple(...values).map((given) => {
    const pairs = given.flatMap((pair) => (pair === undefined ? [] : [`${pair[0]}=${pair[1]}`]));
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  });
}
const queryTarget = (settings: Omit<FuzzSettings, 'bodyBytesMax'>): FuzzSettings => ({ ...settings, bodyBytesMax: 0 });

const oddNumbers = ['', '0', '-1', '-0', '1.5', '5.0', '1e2', '0x10', '0b11', '%2010', '10%20', '%0a5', '+5', '%2b5', '1_0', '1,2', '201', 'NaN', 'Infinity', '9'.repeat(30), '%D9%A3', 'true', 'null']; // prettier-ignore
const oddTexts = ['', '1', 'null', '%', '%ff', '%00', '%0a', '%ed%a0%80', '%F0%9F%8D%8E', 'x'.repeat(3_000), '[]', '.', '..', '__proto__', 'constructor', 'ord_', '%20open', 'OPEN']; // prettier-ignore

/** Mostly one parameter that is wrong; now and then several, twice the same, or one that there is not. */
function brokenQuery({ operation, target }: FuzzSettings): Arbitrary<string> {
  const known = operation.parameters.filter((one) => one.in === 'query');
  const wrong = known.map(
    ({ name, schema }) =>
    fc.constantFrom(...(schema['type'] === 'integer' ? oddNumbers : [...oddTexts, ...Object.values(target.ids)])).map((value) => `${name}=${value}`), // prettier-ignore
  );
  const stranger = fc.constantFrom('colour', '__proto__', 'constructor', 'toString', 'a[b]', 'a.b', '%00', 'limit%00', 'Limit').map((name) => `${name}=1`); // prettier-ignore
  const pair = fc.oneof(...wrong, ...wrong, ...wrong, stranger);
  return fc.oneof(
    { weight: 4, arbitrary: pair.map((one) => `?${one}`) },
    { weight: 1, arbitrary: fc.tuple(pair, pair).map(([one, other]) => `?${one}&${other}`) },
    { weight: 1, arbitrary: pair.map((one) => `?${one}&${one}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('?', '?&', '?=', '?limit', '?limit&limit', '??', '?a=b=c', '?;', '?#', '?%'),
    },
  );
}

/** Headers that the document names. Keys for once only are fresh each time, unless the document lets them be left out. */
function headersOf({ operation, target }: FuzzSettings): Arbitrary<[string, string][]> {
  const names = operation.parameters.filter((one) => one.in === 'header');
  const each = names.map((parameter) => {
    const { name, schema } = parameter;
    const prefix = idPrefixOf(schema);
    // An admin key belongs to no merchant, and the others may name their own.
    const value = prefix === undefined ? fc.uuid() : fc.constant(target.ids[prefix] ?? '');
    const line = value.map((text): [string, string][] => [[name, text]]);
    return parameter.required === true ? line : fc.oneof(fc.constant<[string, string][]>([]), line);
  });
  return fc.tuple(...each).map((lines) => lines.flat());
}

const oddText = fc.constantFrom('', ' ', '"', '"a', '"a b"', 'a b', 'a, b', '\u00e9', '\u00ff\u00fe', 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(8_000), '__proto__', 'null', '*', '<script>', '${jndi:x}', 'ord_01jd3xk5q8h2v4m6n7p9r0stwz'); // prettier-ignore
const oddAuthorization = fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer \u00e9', 'Bearer a b', `Bearer ${'x'.repeat(513)}`, 'Bearer null', 'Bearer admin', 'Negotiate', 'Bearer pl_unknown, Bearer admin'); // prettier-ignore
const oddType = fc.constantFrom('', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'application/json5', 'application/problem+json', 'json', '*/*', 'application/json, text/plain'); // prettier-ignore

const brokenHeader: Arbitrary<[string, string]> = fc.oneof(
  oddText.map((text): [string, string] => ['Idempotency-Key', text]),
  oddText.map((text): [string, string] => ['Packline-Merchant', text]),
  oddText.map((text): [string, string] => ['Packline-Connection', text]),
  oddText.map((text): [string, string] => ['X-Request-Id', text]),
  oddAuthorization.map((text): [string, string] => ['Authorization', text]),
  fc.constantFrom<[string, string]>(['Accept', 'image/png'], ['Accept-Encoding', 'br;q=1, *;q=0'], ['X-HTTP-Method-Override', 'DELETE'], ['Host', 'a b'], ['Host', 'evil.example:99999'], ['Host', '['], ['Host', ''], ['Expect', '200-ok'], ['Upgrade', 'websocket'], ['X-Forwarded-For', '127.0.0.1'], ['Range', 'bytes=0-1'], ['If-None-Match', '*'], ['Cookie', 'a=b'.repeat(500)], ['__proto__', 'x'], ['constructor', 'x'], ['Content-Encoding', 'br']), // prettier-ignore
);

const hookTexts = ['{"hookConfig":"ping"}', '{"Domain":"Fulfillment","OrderId":"v1-01","State":"ready-for-handling","LastChange":"2026-01-15T00:00:00Z"}'] as const; // prettier-ignore

function goodBody({ document, operation: { body } }: FuzzSettings): Arbitrary<Body> {
  if (body?.type !== 'json') return fc.constantFrom(...hookTexts).map(toBody);
  const full = generateValues(document, body.schema).map((value) => toBody(JSON.stringify(value)));
  return body.required ? full : fc.oneof(full, fc.constant(nothing));
}

function brokenBody(settings: FuzzSettings): Arbitrary<Body> {
  const good = goodBody(settings).map(({ bytes }) => bytes.toString());
  return fc.oneof(
    { weight: 6, arbitrary: good.chain((text) => breakJson(JSON.parse(text === '' ? '{}' : text))).map(toBody) },
    { weight: 2, arbitrary: fc.tuple(good, fc.nat(), damages).map(([text, at, damage]) => damage(text, at)) },
    { weight: 1, arbitrary: fc.tuple(good, oddType).map(([text, type]): Body => ({ bytes: Buffer.from(text), headers: type === '' ? [] : [['Content-Type', type]] })) }, // prettier-ignore
    { weight: 1, arbitrary: fc.tuple(good, fc.integer({ min: -1, max: 1 }), fc.boolean()).map(([text, over, chunked]): Body => ({ ...padded(text, settings.bodyBytesMax + over), chunked })) }, // prettier-ignore
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => toBody(Buffer.from(bytes))) },
  );
}

/** White space behind a document is still that document. */
const padded = (text: string, size: number): Body => toBody(text.padEnd(size + text.length - Buffer.byteLength(text)));

/** What can happen to a text on its way. */
const damages = fc.constantFrom<(text: string, at: number) => Body>(
  (text, at) => toBody(text.slice(0, at % (text.length + 1))),
  (text) => toBody(`${text}${text}`),
  (text) => toBody(`${text} x`),
  (text) => toBody(`\u{feff}${text}`),
  (text) => toBody(`/**/${text}`),
  (text) => toBody(text.replaceAll('"', "'")),
  (text) => toBody(Buffer.from(text, 'utf16le')),
  (text, at) => {
    const bytes = Buffer.from(text);
    const cut = at % (bytes.length + 1);
    return toBody(Buffer.concat([bytes.subarray(0, cut), Buffer.from([0xff, 0xfe]), bytes.subarray(cut)]));
  },
  (text) => ({ bytes: gzipSync(text), headers: [json, ['Content-Encoding', 'gzip']] }),
  (text) => ({ bytes: gzipSync(text), headers: [json] }),
  () => nothing,
  () => toBody('   '),
  (text) => ({ ...toBody(text), chunked: true }),
);
