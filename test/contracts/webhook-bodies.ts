import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import * as z from 'zod';
import type { VendorDocument } from './documents.ts';
import { placeOf, withoutIndexes } from './places.ts';

export interface BodyViolation {
  at: string;
  message: string;
}

/** What of these values is not as the component schema of the document has it. */
export function checkBodies(document: VendorDocument, schema: string, bodies: readonly unknown[]): BodyViolation[] {
  if (!schemaNames(document).includes(schema)) return [{ at: '', message: `the document has no schema ${schema}` }];
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  // CommonJS: what is imported is the module, with the function as its default.
  addFormatsModule.default(ajv);
  ajv.addSchema(document.content, 'document');
  const validate = ajv.compile({ $ref: `document#/components/schemas/${schema}` });
  return bodies.flatMap((body) => {
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = '' }) => ({
      at: placeOf(instancePath.split('/').slice(1)),
      message: withoutIndexes(message),
    }));
  });
}

const ComponentsSchema = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) });

const schemaNames = ({ content }: VendorDocument): string[] =>
  Object.keys(ComponentsSchema.safeParse(content).data?.components.schemas ?? {});
