import * as z from 'zod';
import { rateOf, webhookSecrets } from '../setting-values.ts';
import { AuthSchema, BookSchema, CancelSchema, HeaderNameSchema, TrackSchema } from './call-schema.ts';
import { PathSchema, readingShape, WordsSchema } from './reading-schema.ts';

const SignatureSchema = z.discriminatedUnion('scheme', [
  /** The secret itself, in a header: whoever reads one hook can send another. */
  z.strictObject({ scheme: z.literal('token'), header: HeaderNameSchema, prefix: z.string().max(40).default('') }),
  z
    .strictObject({
      scheme: z.literal('hmac'),
      header: HeaderNameSchema,
      algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
      encoding: z.enum(['hex', 'base64']).default('hex'),
      /** What stands before the signature in its header: `sha256=`. */
      prefix: z.string().max(40).default(''),
      /** A signed time: hooks that are older are refused. In ISO 8601, seconds or milliseconds. */
      timestamp: z
        .strictObject({ header: HeaderNameSchema, toleranceSeconds: z.int().min(1).max(86_400).default(300) })
        .optional(),
      /** What is signed: `{body}` is the bytes as they come, `{timestamp}` the header as it stands. */
      content: z
        .string()
        .max(200)
        .refine((content) => content.split('{body}').length === 2, 'has {body} once')
        .optional(),
    })
    .superRefine(({ timestamp, content }, context) => {
      const isTimed = content?.includes('{timestamp}') ?? timestamp !== undefined;
      if (isTimed === (timestamp !== undefined)) return;
      const message = isTimed ? '{timestamp} needs a header' : 'a time that is not signed proves nothing';
      context.addIssue({ code: 'custom', path: ['content'], message });
    }),
]);
export type Signature = z.infer<typeof SignatureSchema>;

const HookSchema = z.strictObject({
  signature: SignatureSchema,
  /** The message's own id, the same when it is sent again. Left out: equal bytes are one message. */
  messageId: PathSchema.optional(),
  ...readingShape,
  number: PathSchema,
});

/** What a merchant gives to connect a courier that has no connector: how it is called, and how it is read. */
export const GenericSettingsSchema = z
  .strictObject({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .overwrite((url) => url.replace(/\/+$/, '')),
    auth: AuthSchema.default({ scheme: 'none' }),
    statuses: WordsSchema,
    track: TrackSchema.optional(),
    webhook: HookSchema.optional(),
    ...webhookSecrets,
    book: BookSchema.optional(),
    cancel: CancelSchema.optional(),
    requestsPerSecond: rateOf(2),
    requestsPerDay: z.int().min(1).max(100_000_000).optional(),
    dayBeginsAtHourUtc: z.int().min(0).max(23).default(0),
  })
  .superRefine(({ track, webhook, baseUrl }, context) => {
    if (track === undefined && webhook === undefined) {
      const message = 'is required where there is no webhook: parcels are heard of by one of them';
      context.addIssue({ code: 'custom', path: ['track'], message, params: { code: 'field.incomplete' } });
    }
    if (/[?#]/.test(baseUrl)) context.addIssue({ code: 'custom', path: ['baseUrl'], message: 'has no ? and no #' });
  });
export type GenericSettings = z.infer<typeof GenericSettingsSchema>;
