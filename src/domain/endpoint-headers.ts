import * as z from 'zod';

/**
 * Names that a merchant cannot give: what HTTP or we decide, what a proxy on the way believes, and what opens the metadata
 * services of clouds, should an address ever get past the egress guard.
 */
const reserved = new Set(
  'accept-encoding connection cookie date expect forwarded host http2-settings keep-alive metadata metadata-flavor te trailer transfer-encoding upgrade user-agent via'.split(
    ' ',
  ),
);
const reservedPrefixes = ['content-', 'packline-', 'proxy-', 'sec-', 'svix-', 'webhook-', 'x-aws-ec2-', 'x-forwarded-'];
const isReserved = (name: string): boolean =>
  reserved.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));

const headersMax = 20;
const charsMax = 8_192;

const NameSchema = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/)
  .meta({ description: 'Case does not matter' });
const ValueSchema = z
  .string()
  .max(4_096)
  .regex(/^[!-~]([ -~]*[!-~])?$/, 'is not visible ASCII');

/** Headers of a merchant's own on what is sent to an endpoint, names in lower case. */
export const EndpointHeadersSchema = z
  .record(NameSchema, ValueSchema)
  .superRefine((headers, context) => {
    const refuse = (message: string, ...path: string[]): void => context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    for (const name of Object.keys(headers)) {
      const lower = name.toLowerCase();
      if (isReserved(lower)) refuse('is reserved', name);
      if (seen.has(lower)) refuse('is there twice', name);
      seen.add(lower);
    }
    if (seen.size > headersMax) refuse(`are more than ${headersMax}`);
    if (Object.entries(headers).flat().join('').length > charsMax) refuse(`are longer than ${charsMax} characters`);
  })
  .overwrite((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  );
