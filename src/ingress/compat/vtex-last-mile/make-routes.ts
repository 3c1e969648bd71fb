import * as z from 'zod';
import {
  toCarriersAnswer,
  toRatesAnswer,
  toServiceAnswer,
} from '../../../connectors/last-mile/vtex-last-mile/answers.ts';
import { toServiceRequest } from '../../../connectors/last-mile/vtex-last-mile/mapper.ts';
import { findRate } from '../../../connectors/last-mile/vtex-last-mile/rates.ts';
import type { ServiceRequest } from '../../../domain/service-request.ts';
import { serviceCheckWork } from '../../../queues/service-check.ts';
import { serviceRequestWork } from '../../../queues/service-request.ts';
import { createService, openPaper, requireService } from '../../../store/services.ts';
import { ok, type Answer } from '../../answer.ts';
import { defineGlobalRoute, type Route } from '../../define-route.ts';
import type { IngressDeps } from '../../deps.ts';
import { makeInvalid, makeRefusal } from '../../problem.ts';
import type { ProblemCode } from '../../problem-codes.ts';
import { awaitService } from './await-service.ts';
import { createFindDesk, type Desk } from './find-desk.ts';
import { lastMileDialect } from './make-dialect.ts';
import { cancel, pause } from './service-acts.ts';

const text = z.string().nullable();
const number = z.number().nullable();
/** Text, or a number where it should be text; what is left of it without its blanks has to travel in URLs. */
const idText = z.union([
  z
    .string()
    .max(128)
    // oxlint-disable-next-line no-control-regex
    .regex(/^(?!\s*\.{1,2}\s*$)(?=.*\S)[^\u0000-\u001f\u007f]+$/, 'must be an id: no control characters, not blank'),
  z.int(),
]);
const lenient = 'As VTEX sends it, read leniently: types and units differ between its documents';
const WantedSchema = z
  .looseObject({ orderId: idText, carrierId: idText })
  .meta({ id: 'LastMileWanted', description: lenient });
const ActSchema = z.looseObject({ serviceId: idText }).meta({ id: 'LastMileAct', description: lenient });
const ListSchema = z.looseObject({}).meta({ id: 'LastMileList', description: lenient });
const ServiceAnswerSchema = z
  .strictObject({
    status: z.string(),
    serviceId: z.string(),
    shippingPrice: number,
    metaData: z.record(z.string(), z.string()),
    shippingEstimatedDate: text,
    labels: z.array(z.record(z.string(), z.unknown())),
  })
  .meta({ id: 'LastMileService' });
const envelope = <T extends z.ZodType>(data: T) => z.strictObject({ message: z.string(), data });
const acted = { serviceId: z.string(), carrierId: z.string(), reason: text };

interface Declared {
  call: string;
  summary: string;
  description?: string;
  body: z.ZodType;
  answer: z.ZodType;
  problems?: readonly ProblemCode[];
  handle: (desk: Desk, body: unknown, untilMs: number) => Promise<Answer>;
}

/** What VTEX Last Mile calls a carrier with, under the connection's own URL. */
export function makeLastMileRoutes(deps: IngressDeps): readonly Route[] {
  const { clock } = deps;
  const findDesk = createFindDesk(deps);
  const declare = ({ call, summary, description, body, answer, problems = [], handle }: Declared): Route =>
    defineGlobalRoute({
      method: 'post',
      path: `/last-mile/:token/${call}`,
      summary,
      ...(description === undefined ? {} : { description }),
      tag: 'VTEX Last Mile',
      scope: 'none',
      params: z.strictObject({ token: z.string().min(1).max(200) }),
      body,
      idempotency: 'none',
      dialect: lastMileDialect,
      answers: { 200: { description: 'As the protocol wants it', schema: answer } },
      problems: ['webhook.token_unknown', 'webhook.refused', 'webhook.throttled', 'secrets.cannot_open', ...problems],
      async handle(received) {
        const startedMs = clock.now();
        const desk = await findDesk(received);
        return handle(desk, received.parsed, startedMs + desk.policy.answerWithinMs);
      },
    });
  return [
    declare({
      call: 'create-service',
      summary: 'VTEX asks for a delivery',
      description:
        'The same order and packages again are the same service. Answered when it is stored; where the carrier has a booking call and is quick, with what it said.',
      body: WantedSchema,
      answer: ServiceAnswerSchema,
      problems: ['service.not_found'],
      handle: (desk, body, untilMs) => create(desk, readRequest(body), clock, untilMs),
    }),
    declare({
      call: 'rates',
      summary: 'VTEX asks what a delivery costs',
      body: WantedSchema,
      answer: envelope(z.looseObject({ carrierId: z.string() })),
      problems: ['service.no_rate'],
      async handle({ settings }, body) {
        const request = readRequest(body);
        const carrier = settings.carriers.find(({ id }) => id === request.carrierId);
        const rate = findRate(settings, request);
        if (carrier === undefined || rate === undefined) throw makeRefusal('service.no_rate', 'no rate for this');
        return ok(toRatesAnswer(request, carrier, rate, clock.now()));
      },
    }),
    declare({
      call: 'list-carriers',
      summary: 'VTEX asks whom it may choose',
      body: ListSchema,
      answer: envelope(z.array(z.looseObject({ id: z.string(), name: z.string() }))),
      handle: async ({ settings }) => ok(toCarriersAnswer(settings.carriers, clock.now())),
    }),
    declare({
      call: 'cancel-service',
      summary: 'VTEX wants a delivery no more',
      body: ActSchema,
      answer: envelope(z.strictObject(acted)),
      problems: ['service.not_found', 'service.state', 'service.contended', 'service.cancel_refused', 'service.cancel_pending'], // prettier-ignore
      handle: (desk, body, untilMs) => cancel(desk, body, { clock, untilMs }),
    }),
    declare({
      call: 'pause-service',
      summary: 'VTEX pauses a delivery, or lets it go on',
      description: 'Which value of `pause` means which is a setting of the connection.',
      body: ActSchema,
      answer: envelope(z.strictObject({ ...acted, cancel: z.boolean().nullable() })),
      problems: ['service.not_found', 'service.state', 'service.contended'],
      handle: (desk, body) => pause(desk, body),
    }),
  ];
}

function readRequest(body: unknown): ServiceRequest {
  const read = toServiceRequest(body);
  if ('request' in read) return read.request;
  throw makeInvalid(read.missing.map((name) => ({ code: 'field.required', detail: `${name} is required`, pointer: `/${name}` }))); // prettier-ignore
}

async function create(
  { store, connection, policy }: Desk,
  request: ServiceRequest,
  clock: IngressDeps['clock'],
  untilMs: number,
): Promise<Answer> {
  const { merchantId, id: connectionId } = connection;
  const carrierConnectionId = policy.carrierConnectionOf(request.carrierId);
  const facts = { merchantId, connectionId, carrierConnectionId };
  const { service: asked } = await createService(store, {
    ...facts,
    request,
    shippingPrice: policy.priceOf(request),
    work: (id) => [
      serviceRequestWork({ id, ...facts }, 'book'),
      serviceCheckWork({ id, ...facts }, policy.confirmWithinMs),
    ],
  });
  const isSettled = carrierConnectionId === null ? () => true : ({ handover }: typeof asked) => handover !== 'waiting';
  const service = await awaitService(store, clock, asked, { untilMs, isSettled });
  const labels = service.papers.filter(({ kind }) => kind === 'label');
  const stored = labels.length === 0 ? null : await requireService(store, service.id);
  const shown = stored === null ? [] : await Promise.all(labels.map(({ id }) => openPaper(store, stored, id)));
  return ok(
    toServiceAnswer(
      service,
      shown.filter((label) => label !== null),
    ),
  );
}
