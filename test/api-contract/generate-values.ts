import fc, { type Arbitrary } from 'fast-check';
import * as z from 'zod';
import type { OpenApi, Schema } from './read-operations.ts';

/** The JSON Schema that our document really uses. Strict: a keyword that nobody generates for must not go unnoticed. */
const NodeSchema = z.strictObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  required: z.array(z.string()).default([]),
  additionalProperties: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
  propertyNames: z.record(z.string(), z.unknown()).optional(),
  minProperties: z.int().default(0),
  maxProperties: z.int().optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  minItems: z.int().default(0),
  maxItems: z.int().optional(),
  minLength: z.int().default(0),
  maxLength: z.int().optional(),
  pattern: z.string().optional(),
  format: z.enum(['date-time', 'uri', 'email', 'base64url']).optional(),
  contentEncoding: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  title: z.string().optional(),
  writeOnly: z.boolean().optional(),
  'x-secret': z.boolean().optional(),
  $schema: z.string().optional(),
});
type Node = z.infer<typeof NodeSchema>;

/** Long lists are for the deliberate ones (`hostile-json.ts`); here they would only be slow. */
const itemsMax = 4;
const textMax = 24;

/** Values that the document allows, with a liking for its limits. */
export function generateValues(document: OpenApi, schema: Schema): Arbitrary<unknown> {
  const of = (inner: Schema): Arbitrary<unknown> => generateValues(document, inner);
  const node = NodeSchema.parse(schema);
  if (node.$ref !== undefined) {
    const name = nameOfReference(node.$ref);
    return of(resolve(document, name)).map(sensible[name] ?? ((value) => value));
  }
  if (node.enum !== undefined) return fc.constantFrom(...node.enum);
  if (node.const !== undefined) return fc.constant(node.const);
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  const types = node.type === undefined ? [] : [node.type].flat();
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }).filter(isStorable);
  return fc.oneof(...types.map((type) => ofType(type, node, of)));
}

/** Of a component: our references lead nowhere else. */
export const nameOfReference = (reference: string): string => reference.replace('#/components/schemas/', '');

export function resolve(document: OpenApi, name: string): Schema {
  const schema = document.components.schemas[name];
  if (schema === undefined) throw new Error(`the document refers to ${name}, which it lacks`);
  return schema;
}

const Window = z.object({ from: z.string(), to: z.string() });
const OrderInput = z.looseObject({ recipient: z.looseObject({ address: z.unknown().optional() }) });

const EndpointFields = z.looseObject({
  headers: z.record(z.string(), z.string()).optional(),
  signatures: z.array(z.string()).optional(),
  payload: z.string().optional(),
});
function withFieldsThatAgree(value: unknown): unknown {
  const { headers, signatures, payload, ...fields } = EndpointFields.parse(value);
  const values = Object.values(headers ?? {});
  return {
    ...fields,
    ...(headers && { headers: Object.fromEntries(values.map((text, n) => [`x-${n}`, text])) }),
    ...(signatures && { signatures: [...new Set(signatures)] }),
    ...(payload && { payload: payload === 'vtex-pick-and-pack' ? 'thin' : payload }),
  };
}
/** Of a courier (`GET /v1/connectors`): the least that can be tried. */
const courierSettings = {
  baseUrl: 'https://courier.example',
  statuses: { DONE: 'DELIVERED' },
  track: { path: '/parcels/{trackingNumber}', event: { code: 'status' } },
};

/** What no schema can say and the document says in words, kept to, so that most of what is made is also accepted. */
const sensible: Readonly<Record<string, (value: unknown) => unknown>> = {
  Window(value) {
    const { from, to } = Window.parse(value);
    return Date.parse(from) < Date.parse(to) ? { from, to } : { from: to, to: from };
  },
  ErasureInput(value) {
    const { orderId, email, phone, ...how } = z.record(z.string(), z.unknown()).parse(value);
    if (orderId !== undefined) return { orderId, ...how };
    return phone === undefined ? { email: email ?? 'nobody@example.com', ...how } : { phone, ...how };
  },
  TrackingEvent(value) {
    const event = z.record(z.string(), z.unknown()).parse(value);
    return { status: 'IN_TRANSIT', ...event, carrier: 'fuzzed', trackingNumber: 'FUZZED1', occurredAt: '2026-01-14T09:00:00Z', expectedOn: '2026-01-16' }; // prettier-ignore
  },
  EndpointInput: withFieldsThatAgree,
  EndpointPatch: withFieldsThatAgree,
  // Every event has it; which fields and values there are follows from the catalogue.
  FilterCondition: () => ({ path: '/timestamp', op: 'gt', value: '2026' }),
  TryReading(value) {
    const sample = z.record(z.string(), z.unknown()).parse(value);
    return { ...sample, as: 'reply', settings: courierSettings };
  },
  OrderInput(value) {
    const order = OrderInput.parse(value);
    return order.recipient.address === undefined ? { ...order, fulfilment: 'pickup' } : order;
  },
};

function ofType(type: string, node: Node, of: (schema: Schema) => Arbitrary<unknown>): Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const { minimum: min = -1000, maximum: max = 1000 } = node;
      return fc.oneof(fc.integer({ min: Math.max(min, -1e9), max: Math.min(max, 1e9) }), fc.constantFrom(min, max));
    }
    case 'number': {
      const { minimum: min = -1000, maximum: max = 1000 } = node;
      return fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max));
    }
    case 'string':
      return texts(node);
    case 'array': {
      const { items = {}, minItems: minLength, maxItems = itemsMax } = node;
      return fc.array(of(items), { minLength, maxLength: Math.min(maxItems, minLength + itemsMax) });
    }
    case 'object':
      return objects(node, of);
    default:
      throw new Error(`nobody generates values of the type ${type}`);
  }
}

function objects(node: Node, of: (schema: Schema) => Arbitrary<unknown>): Arbitrary<unknown> {
  const { properties = {}, required, additionalProperties = {}, propertyNames, minProperties, maxProperties } = node;
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, of(schema)]));
  const named = fc
    .record(fields, { requiredKeys: required, noNullPrototype: true })
    .filter((value) => additionalProperties !== false || Object.keys(value).length >= minProperties);
  if (typeof additionalProperties === 'boolean') return named;
  const names = of({ type: 'string', maxLength: textMax, ...propertyNames }); // prettier-ignore
  const more = fc.dictionary(names.map(String).filter(isStorable), of(additionalProperties), {
    minKeys: minProperties,
    maxKeys: Math.min(maxProperties ?? itemsMax, itemsMax),
    noNullPrototype: true,
  });
  return fc.tuple(more, named).map(([rest, value]) => Object.assign(rest, value));
}

const formats: Record<NonNullable<Node['format']>, Arbitrary<string>> = {
  'date-time': fc
    .tuple(
      fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2999-12-30T00:00:00Z'), noInvalidDate: true }),
      fc.constantFrom('Z', '+00:00', '-03:00', '+13:45'),
    )
    .map(([date, zone]) => date.toISOString().replace('Z', zone)),
  uri: fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }),
  base64url: fc.uint8Array({ maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  email: fc.tuple(fc.stringMatching(/^[a-z0-9]{1,12}$/), fc.domain()).map(([local, domain]) => `${local}@${domain}`),
};

/** Texts that some code somewhere takes for something else; what a schema allows of them is as good as any other. */
const odd = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'null', 'true', '0', '-1', '1e3', ' ', '*', '|', '\n', 'a|b', '%00', '%2f..', '${1}', "'", '"', '\\', '<b>',
  '\u202egnp', '\u05d0\u0627', 'e\u0301', '\u{1f469}\u200d\u{1f680}', '\ufeff', '\uffff', '\u2028', '\u007f',
]; // prettier-ignore

function texts({ minLength, maxLength = 200, pattern, format }: Node): Arbitrary<string> {
  const fits = (text: string): boolean => {
    const { length } = Array.from(text);
    return length >= minLength && length <= maxLength;
  };
  if (format !== undefined) return formats[format].filter(fits);
  const letters = fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, minLength + textMax) });
  const anything = fc
    .string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, minLength + textMax) })
    .filter(isStorable);
  const limits = fc.constantFrom('a'.repeat(maxLength), 'a'.repeat(minLength), '\u{1f34e}'.repeat(maxLength), ...odd);
  if (pattern === undefined) return fc.oneof(letters, anything, limits);
  // fast-check makes no strings for look-ahead; then, what fits is picked out of all strings.
  const expression = new RegExp(pattern, 'u');
  const candidates = [letters, anything, limits, ...(pattern.includes('(?') ? [] : [fc.stringMatching(expression)])];
  return fc.oneof(...candidates).filter((text) => expression.test(text) && fits(text));
}

/** What no text of ours may hold, whatever its schema (parse-json.ts). */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
}
