import * as z from 'zod';
import { HeaderText } from '../setting-values.ts';
import { bookingNames, cancelNames, trackNames } from './placeholders.ts';
import { PathSchema, readingShape } from './reading-schema.ts';
import { isOfParcel, namesIn, namesWithin, type Json } from './template.ts';

type Names = readonly string[];

const unknownName = (name: string, names: Names): { message: string; params: { code: string } } => ({
  message: `{${name}} is no placeholder here; there are ${names.map((one) => `{${one}}`).join(', ')}`,
  params: { code: 'field.placeholder' },
});

/** What comes behind the base URL, with its query. Values are written as URLs want them. */
const UrlPathSchema = (names: Names) =>
  z
    .string()
    .max(1_000)
    .regex(/^\/[\x21-\x7e]*$/, 'begins with / and has no blanks')
    .refine((path) => !path.includes('#') && !path.split(/[/?]/).includes('..'), 'has no # and no ..')
    .superRefine((path, context) => {
      for (const name of namesIn(path)) {
        if (!names.includes(name)) context.addIssue({ code: 'custom', ...unknownName(name, names) });
      }
    });

/** Settings come as JSON. */
const JsonSchema = z.custom<Json>((value) => value !== undefined, {
  error: 'is required',
  params: { code: 'field.required' },
});
const bodyCharsMax = 20_000;

const BodySchema = (names: Names) =>
  JsonSchema.superRefine((body, context) => {
    if (JSON.stringify(body).length > bodyCharsMax) {
      context.addIssue({ code: 'custom', message: `has more than ${bodyCharsMax} characters` });
    }
    for (const { name, path } of namesWithin(body)) {
      const isInList = path.some((part) => typeof part === 'number');
      if (!names.includes(name)) context.addIssue({ code: 'custom', path, ...unknownName(name, names) });
      else if (isOfParcel(name) && !isInList) {
        context.addIssue({ code: 'custom', path, message: `{${name}} stands in an item of a list` });
      }
    }
  });

export const HeaderNameSchema = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'is no name of a header');

const StatusesSchema = z.array(z.int().min(400).max(499)).max(10);

/** How the carrier says that it does not know a number, beside answering 404. */
const NotFoundSchema = z.strictObject({
  statuses: StatusesSchema.default([404]),
  /** In the parcel or at the reply's root: an error in the place of a parcel. Other words than these are refusals. */
  error: z.strictObject({ path: PathSchema, words: z.array(z.string().min(1).max(200)).min(1).max(50) }).optional(),
  /** Of several numbers asked about, those without an answer are unknown; false: they are asked about again. */
  leftOut: z.boolean().default(true),
});

export const TrackSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST']).default('GET'),
    path: UrlPathSchema(trackNames),
    body: BodySchema(trackNames).optional(),
    /** More than one: the call names `{trackingNumbers}`, and the reply is read with `number`. */
    numbersPerCall: z.int().min(1).max(100).default(1),
    /** Between the numbers in a text. */
    separator: z.string().min(1).max(3).default(','),
    notFound: NotFoundSchema.prefault({}),
    ...readingShape,
  })
  .superRefine(({ path, body, method, numbersPerCall, number, parcels }, context) => {
    const issue = (at: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [at], message, params: { code: 'field.incomplete' } });
    const wanted = numbersPerCall > 1 ? 'trackingNumbers' : 'trackingNumber';
    const named = [...namesIn(path), ...namesWithin(body ?? null).map(({ name }) => name)];
    if (!named.includes(wanted)) issue('path', `{${wanted}} stands in neither path nor body`);
    if (method === 'GET' && body !== undefined) issue('body', 'is not sent with GET');
    if (numbersPerCall > 1 && number === undefined) issue('number', 'is required where several are asked about');
    if (numbersPerCall > 1 && parcels === undefined) issue('parcels', 'is required where several are asked about');
  });
export type TrackCall = z.infer<typeof TrackSchema>;

export const BookSchema = z
  .strictObject({
    method: z.enum(['POST', 'PUT']).default('POST'),
    path: UrlPathSchema(bookingNames),
    body: BodySchema(bookingNames),
    /** Gets the reference, where the carrier knows a repeated request by a header. */
    idempotencyHeader: HeaderNameSchema.optional(),
    /** The carrier's answer for a reference that it has a booking of, with that booking in it. */
    existsStatus: z.int().min(400).max(499).optional(),
    bookingId: PathSchema,
    trackingNumber: PathSchema.optional(),
    trackingUrl: PathSchema.optional(),
  })
  .superRefine(({ path, body, idempotencyHeader }, context) => {
    const named = [...namesIn(path), ...namesWithin(body).map(({ name }) => name)];
    if (named.includes('reference') || idempotencyHeader !== undefined) return;
    const message = 'names {reference}, by which the carrier knows that a booking is sent again';
    context.addIssue({ code: 'custom', path: ['body'], message, params: { code: 'field.incomplete' } });
  });
export type BookCall = z.infer<typeof BookSchema>;

export const CancelSchema = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  path: UrlPathSchema(cancelNames),
  body: BodySchema(cancelNames).optional(),
  /** Answers that mean that it is too late. */
  refusedStatuses: StatusesSchema.default([409, 422]),
  /** In such an answer: the carrier's word for why. */
  refusal: PathSchema.optional(),
});
export type CancelCall = z.infer<typeof CancelSchema>;

/** What shows the carrier who calls. */
export const AuthSchema = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('none') }),
  z.strictObject({ scheme: z.literal('header'), header: HeaderNameSchema, apiKey: z.string().regex(/^[\x20-\x7e]{1,1024}$/).meta({ secret: true }) }), // prettier-ignore
  z.strictObject({
    scheme: z.literal('basic'),
    username: z.string().min(1).max(200).regex(/^[^:]+$/, 'has no colon'), // prettier-ignore
    password: z.string().max(1024).meta({ secret: true }),
  }),
  z.strictObject({ scheme: z.literal('bearer'), accessToken: HeaderText.meta({ secret: true }) }),
  z.strictObject({
    scheme: z.literal('oauth'),
    tokenUrl: z.url({ protocol: /^https?$/ }).max(2048),
    clientId: HeaderText,
    clientSecret: HeaderText.meta({ secret: true }),
    credentials: z.enum(['basic', 'form']).default('form'),
    scope: z.string().max(500).exactOptional(),
  }),
]);
export type Auth = z.infer<typeof AuthSchema>;
