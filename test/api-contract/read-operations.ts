import * as z from 'zod';

/** A schema of the document, as far as anybody here looks into it; `generateValues` refuses keywords it does not know. */
export type Schema = Readonly<Record<string, unknown>>;
const SchemaSchema = z.record(z.string(), z.unknown());

const ParameterSchema = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().optional(),
  schema: SchemaSchema,
});
export type Parameter = z.infer<typeof ParameterSchema>;

const OperationSchema = z.looseObject({
  operationId: z.string(),
  'x-scope': z.enum(['read', 'operate', 'carrier', 'admin']).optional(),
  'x-dialect': z.string().optional(),
  parameters: z.array(ParameterSchema).default([]),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
  requestBody: z
    .looseObject({
      required: z.boolean(),
      content: z.record(z.string(), z.looseObject({ schema: SchemaSchema.optional() })),
    })
    .optional(),
});

const DocumentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), SchemaSchema) }),
});
export type OpenApi = z.infer<typeof DocumentSchema>;
export const readDocument = (document: unknown): OpenApi => DocumentSchema.parse(document);

/** One thing that can be asked of the API, as its document describes it. */
export interface Operation {
  id: string;
  /** Upper case. */
  method: string;
  /** `/v1/orders/{orderId}` */
  template: string;
  /** Undefined for what anybody may ask. */
  scope: 'read' | 'operate' | 'carrier' | 'admin' | undefined;
  /** The partner's protocol that it speaks: it has tokens and refusals of its own. */
  dialect: string | undefined;
  parameters: readonly Parameter[];
  /** `json` with its schema, `bytes` of any type, or undefined where no body is read. */
  body: { type: 'json'; schema: Schema; required: boolean } | { type: 'bytes' } | undefined;
  /** Its body is rows of products or inventory, of any size. */
  takesRows: boolean;
  /** It is about all merchants, and the key of one is refused. */
  isOfInstallation: boolean;
  /** It is about a connection that takes products and stock. */
  wantsCatalog: boolean;
  /** By status, what it means; of refusals, their codes. */
  answers: Readonly<Record<string, string>>;
}

/** Every operation of the document, so that a new route is tested by existing. */
export const readOperations = ({ paths }: OpenApi): Operation[] =>
  Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId, parameters, requestBody, responses, 'x-scope': scope, 'x-dialect': dialect } = operation;
      // Where rows are taken, a wrong one is a verdict and no refusal: the schema says nothing of the answer.
      const takesRows = requestBody?.content['application/x-ndjson'] !== undefined;
      const schema = takesRows ? undefined : requestBody?.content['application/json']?.schema;
      const body: Operation['body'] =
        requestBody === undefined
          ? undefined
          : schema === undefined
            ? { type: 'bytes' }
            : { type: 'json', schema, required: requestBody.required };
      const answers = Object.fromEntries(
        Object.entries(responses).map(([status, { description }]) => [status, description]),
      );
      return {
        id: operationId,
        method: method.toUpperCase(),
        template,
        scope,
        dialect,
        parameters,
        body,
        takesRows,
        isOfInstallation: Object.values(answers).some((words) => words.includes('auth.installation')),
        wantsCatalog:
          template.includes('/stock-reconciliations') ||
          // There it names where an order comes from.
          (template !== '/v1/orders' && (parameters ?? []).some(({ name }) => name === 'Packline-Connection')),
        answers,
      };
    }),
  );

/** The prefix of the ids that a parameter or field takes: `ord` of `^ord_[0-9a-z]{26}$`. */
export const idPrefixOf = (schema: Schema): string | undefined =>
  /^\^([a-z]+)_\[0-9a-z\]\{26\}\$$/.exec(String(schema['pattern']))?.[1];
