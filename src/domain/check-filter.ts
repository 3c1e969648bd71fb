import { eventJsonSchemaOf, JsonSchemaNode, type JsonSchema } from './event-catalogue.ts';
import { tokensOf, type EventFilter, type FilterCondition, type FilterScalar } from './event-filter.ts';
import { eventTypes, type EventType } from './events.ts';

interface FilterError {
  code: string;
  detail: string;
  pointer: string;
}

/**
 * What no event of these types (none named: of any) could ever be asked: fields that none of them has, and values that the
 * field never has. A filter that can match nothing is a mistake, and its endpoint would be silent for ever.
 */
export function checkFilter(filter: EventFilter, types: readonly EventType[], at = '/filter'): FilterError[] {
  const schemas = (types.length === 0 ? eventTypes : types).map(eventJsonSchemaOf);
  return (['all', 'any'] as const).flatMap((list) =>
    (filter[list] ?? []).flatMap((condition, index) =>
      checkCondition(condition, schemas).map((error) => ({
        ...error,
        pointer: `${at}/${list}/${index}${error.pointer}`,
      })),
    ),
  );
}

function checkCondition({ path, op, value }: FilterCondition, schemas: readonly JsonSchema[]): FilterError[] {
  const fields = schemas.flatMap((schema) => fieldsAt(schema, schema, tokensOf(path)));
  if (fields.length === 0) {
    return [{ code: 'filter.no_such_field', detail: 'no event of these types has this field', pointer: '/path' }];
  }
  if (op === 'exists') return [];
  const comparesWhole = !['startsWith', 'contains', 'gt', 'gte', 'lt', 'lte'].includes(op);
  const values: [FilterScalar, string][] = Array.isArray(value)
    ? value.map((one, index) => [one, `/value/${index}`])
    : [[value, '/value']];
  return values.flatMap(([one, pointer]) => {
    if (fields.some((field) => isPossible(field, one, comparesWhole))) return [];
    const words = fields.flatMap((field) => (comparesWhole ? enumOf(field) : []));
    const of = words.length === 0 ? [...new Set(fields.flatMap(typesOf))].join(' or ') : words.join(', ');
    return [{ code: 'filter.never', detail: `this field is never so; it is ${of}`, pointer }];
  });
}

const node = (value: unknown): JsonSchema => JsonSchemaNode.safeParse(value).data ?? {};

/** What a schema says, references and alternatives resolved. */
function alternatives(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].replace('#/$defs/', '');
    return alternatives(root, node(node(root['$defs'])[name]));
  }
  return Array.isArray(schema['anyOf']) ? schema['anyOf'].flatMap((one) => alternatives(root, node(one))) : [schema];
}

function fieldsAt(root: JsonSchema, schema: JsonSchema, [token, ...rest]: readonly string[]): JsonSchema[] {
  const here = alternatives(root, schema);
  if (token === undefined) return here;
  return here.flatMap((one) => {
    if (typesOf(one).includes('array')) {
      return /^(\*|\d{1,6})$/.test(token) ? fieldsAt(root, node(one['items']), rest) : [];
    }
    const properties = node(one['properties']);
    return Object.hasOwn(properties, token) ? fieldsAt(root, node(properties[token]), rest) : [];
  });
}

const typesOf = ({ type, ...schema }: JsonSchema): string[] =>
  type === undefined ? enumOf(schema).map((value) => typeof value) : [type].flat().map(String);
const enumOf = (schema: JsonSchema): unknown[] =>
  Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : [];

function isPossible(field: JsonSchema, value: FilterScalar, comparesWhole: boolean): boolean {
  const words = enumOf(field);
  if (comparesWhole && words.length > 0) return words.includes(value);
  const is = value === null ? 'null' : typeof value;
  return typesOf(field).some((type) => type === is || (type === 'integer' && is === 'number'));
}
