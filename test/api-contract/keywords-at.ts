import { nameOfReference, resolve } from './generate-values.ts';
import type { OpenApi, Schema } from './read-operations.ts';

/** The keywords that schemas have to say of one place in a document, all alternatives together. */
export function keywordsAt(document: OpenApi, schema: unknown, pointer: string): Set<string> {
  const parts = pointer.split('/').slice(1);
  const schemas = parts.reduce(
    (above, part) => above.flatMap((one) => below(one, part)),
    alternatives(document, schema),
  );
  return new Set(schemas.flatMap((one) => Object.keys(one)));

  function below(one: Schema, part: string): Schema[] {
    const { properties, items, additionalProperties } = one;
    const named = isSchema(properties) ? properties[part] : undefined;
    return [named, items, named === undefined ? additionalProperties : undefined].flatMap((inner) => alternatives(document, inner)); // prettier-ignore
  }
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

function alternatives(document: OpenApi, schema: unknown): Schema[] {
  if (!isSchema(schema)) return [];
  const { $ref, oneOf, anyOf = oneOf } = schema;
  if (typeof $ref === 'string') return alternatives(document, resolve(document, nameOfReference($ref)));
  return Array.isArray(anyOf) ? anyOf.flatMap((one) => alternatives(document, one)) : [schema];
}
