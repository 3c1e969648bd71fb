import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** The tables under docs/vectors, with every column named: a row that says anything else is a mistake in the table. */
const read = <S extends z.ZodType>(name: string, schema: S): z.output<S> =>
  schema.parse(JSON.parse(readFileSync(new URL(`../../docs/vectors/${name}`, import.meta.url), 'utf8')));

const id = z.string().regex(/^[A-Z]\d+[a-z]?$/);
const what = z.string().min(3);
const refused = z.strictObject({ verdict: z.literal('refused'), code: z.string() });
const row = <I extends z.ZodType, W extends z.ZodType>(input: I, wanted: W) =>
  z.strictObject({ id, what, input, wanted });
const rowsOf = <R extends z.ZodType>(schema: R) => z.array(schema).min(1);

const Settings = z.strictObject({
  allow: z.array(z.string()),
  allowHttp: z.boolean(),
  ports: z.array(z.int()),
});
const Answers = z.strictObject({ answers: z.array(z.string()) });

export const egress = read(
  'egress-vectors.json',
  z.strictObject({
    about: z.string(),
    settings: Settings,
    urls: rowsOf(
      row(
        z.strictObject({ url: z.string(), paddedTo: z.int().optional(), settings: Settings.partial().optional() }),
        z.union([refused, z.strictObject({ verdict: z.literal('passed'), url: z.string().optional() })]),
      ),
    ),
    dials: rowsOf(
      row(
        z.strictObject({ url: z.string(), resolver: z.union([Answers, z.strictObject({ error: z.string() })]) }),
        refused,
      ),
    ),
    servers: rowsOf(
      z.strictObject({
        id,
        what,
        wanted: z.union([
          refused,
          z.strictObject({ verdict: z.literal('failed'), code: z.string() }),
          z.strictObject({ verdict: z.literal('answered') }),
        ]),
        shownBy: z.string(),
      }),
    ),
  }),
);

const hook = { nowSeconds: z.int(), headers: z.record(z.string(), z.string()), bodyBase64: z.base64() };
const partnerRows = rowsOf(
  row(
    z.strictObject({ settings: z.record(z.string(), z.string()), ...hook }),
    z.union([
      refused,
      z.strictObject({ verdict: z.literal('ping') }),
      z.strictObject({ verdict: z.literal('accepted'), messageId: z.string().optional() }),
    ]),
  ),
);

export const signatures = read(
  'signature-vectors.json',
  z.strictObject({
    about: z.string(),
    standardWebhooks: rowsOf(
      row(
        z.strictObject({ secrets: z.array(z.string()).min(1), ...hook }),
        z.union([refused, z.strictObject({ verdict: z.literal('accepted'), secretIndex: z.int() })]),
      ),
    ),
    standardWebhooksEd25519: rowsOf(
      row(
        z.strictObject({ publicKeys: z.array(z.string()).min(1), ...hook }),
        z.union([refused, z.strictObject({ verdict: z.literal('accepted'), secretIndex: z.int() })]),
      ),
    ),
    secrets: rowsOf(
      row(
        z.strictObject({ secret: z.string() }),
        z.union([refused, z.strictObject({ verdict: z.literal('accepted') })]),
      ),
    ),
    nash: partnerRows,
    vtex: partnerRows,
    vtexPickAndPack: partnerRows,
  }),
);

export type StandardWebhooksRow = (typeof signatures.standardWebhooks)[number];
export type PartnerHookRow = (typeof signatures.nash)[number];
