import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import * as z from 'zod';
import vectors from '../../docs/vectors/ingress-vectors.json' with { type: 'json' };
import { startIngress } from '../support/ingress.ts';
import { testRedis } from '../support/redis.ts';
import { openWire, type Wire, type WireAnswer } from '../support/wire.ts';

const PartSchema = z.union([
  z.string(),
  z.strictObject({ repeat: z.string(), times: z.union([z.int(), z.string()]) }),
  z.strictObject({ drip: z.string(), everyMs: z.int() }),
  z.strictObject({ end: z.literal(true) }),
]);
const WireSchema = z.strictObject({
  id: z.string(),
  what: z.string(),
  input: z.strictObject({ send: z.array(PartSchema) }),
  wanted: z.strictObject({
    answers: z.array(z.strictObject({ status: z.int(), code: z.string().optional() })),
    closed: z.boolean(),
    headers: z.record(z.string(), z.string().nullable()).default({}),
  }),
});
const BodySchema = z.strictObject({
  id: z.string(),
  what: z.string(),
  input: z.strictObject({
    body: z.string().optional(),
    bodyBase64: z.string().optional(),
    repeat: z.string().optional(),
    times: z.int().default(0),
    contentType: z.string().default('application/json'),
    contentEncoding: z.string().optional(),
  }),
  wanted: z.strictObject({
    status: z.int(),
    code: z.string(),
    error: z.strictObject({ pointer: z.string(), code: z.string() }).optional(),
  }),
});
const { settings, wire, bodies } = z
  .strictObject({
    about: z.array(z.string()),
    settings: z.strictObject({ bodyBytesMax: z.int(), bodyDeadlineMs: z.int(), host: z.string(), post: z.string() }),
    wire: z.array(WireSchema),
    bodies: z.array(BodySchema),
  })
  .parse(vectors);

const redis = await testRedis();
const { bodyBytesMax, bodyDeadlineMs } = settings;
const ingress = await startIngress(redis.url, {
  settings: { bodyBytesMax, bodyDeadlineMs, ratePerSecond: 1_000, rateBurst: 10_000 },
});
const { key } = await ingress.tenant();
const port = Number(new URL(ingress.url).port);

/** `limit` and a number to add; in braces also as hexadecimal. */
const countOf = (times: number | string): number =>
  typeof times === 'number' ? times : bodyBytesMax + Number(/^limit([+-]\d+)?$/.exec(times)?.[1] ?? 0);
const fill = (text: string, id: string): string =>
  text
    .replace('{post}', settings.post)
    .replaceAll(/\{(limit[+-]?\d*)\}/g, (_, times: string) => String(countOf(times)))
    .replaceAll('{limit:x}', bodyBytesMax.toString(16))
    .replaceAll('{host}', settings.host)
    .replaceAll('{key}', key)
    .replaceAll('{id}', id);

const ProblemSchema = z.looseObject({ code: z.string(), traceId: z.string() });

async function send(line: Wire, part: z.infer<typeof PartSchema>, id: string): Promise<void> {
  if (typeof part === 'string') return line.write(fill(part, id));
  if ('end' in part) return line.end();
  if ('drip' in part) {
    for (; !line.isClosed; await pause(part.everyMs)) line.write(part.drip);
    return;
  }
  const times = Array.from({ length: countOf(part.times) }, (_, n) => part.repeat.replace('{n}', String(n)));
  line.write(times.join(''));
}

function toRow({ status, headers, body }: WireAnswer): { status: number; code?: string } {
  if (status < 400) return { status };
  const { code, traceId } = ProblemSchema.parse(JSON.parse(body));
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('x-request-id')).toBe(traceId);
  return { status, code };
}

test.concurrent.each(wire)('$id: $what', { timeout: 40_000 }, async ({ id, input, wanted }) => {
  const line = openWire(port, { bodiless: JSON.stringify(input).includes('HEAD ') });
  for (const part of input.send) await send(line, part, id);
  await line.answers(wanted.answers.length);
  // It is over where that is wanted; and where it is not, the very next answer is the one to this.
  if (wanted.closed) await line.closed;
  else line.write(`GET /livez HTTP/1.1\r\nHost: ${settings.host}\r\nX-Request-Id: probe-${id}\r\n\r\n`);
  const answers = [...(await line.answers(wanted.answers.length + (wanted.closed ? 0 : 1)))];
  const probe = wanted.closed ? undefined : answers.pop();
  line.destroy();
  expect(answers.map(toRow)).toEqual(wanted.answers);
  for (const [name, value] of Object.entries(wanted.headers)) expect(answers[0]?.headers.get(name)).toBe(value);
  if (!wanted.closed) expect(probe?.headers.get('x-request-id')).toBe(`probe-${id}`);
});

test.each(bodies)('$id: $what', async ({ id, input, wanted }) => {
  const { body = (input.repeat ?? '').repeat(input.times), bodyBase64, contentType, contentEncoding } = input;
  const raw = bodyBase64 === undefined ? body : new Uint8Array(Buffer.from(bodyBase64, 'base64'));
  const encoding = contentEncoding === undefined ? {} : { 'Content-Encoding': contentEncoding };
  const headers = { 'Idempotency-Key': id, 'Content-Type': contentType, ...encoding };
  const reply = await ingress.request('POST', '/v1/orders', { key, raw, headers });
  expect(reply.status).toBe(wanted.status);
  expect(reply.body).toMatchObject({ code: wanted.code });
  if (wanted.error !== undefined) expect(reply.body).toMatchObject({ errors: [wanted.error] });
});

test('all of that was refused by rule and not by accident, and harmed nobody', async () => {
  expect(ingress.log.lines().filter(({ msg }) => msg === 'request.failed')).toEqual([]);
  expect((await ingress.request('GET', '/livez')).status).toBe(200);
});
