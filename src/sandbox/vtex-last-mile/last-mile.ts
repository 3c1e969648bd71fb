import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { applyFaults, isCut } from '../apply-faults.ts';
import type { RequestEntry } from '../books.ts';
import type { SandboxContext } from '../context.ts';
import { createCaller, type CarrierAnswer } from './caller.ts';
import { makeHookRoutes } from './hook-routes.ts';
import { createdSchema } from './hook-schema.ts';
import { partner, type LastMileEnv } from './last-mile-env.ts';
import { makeLastMileControl } from './last-mile-control.ts';
import { LastMileRefusal, refusals, toResponse } from './refusals.ts';
import { sampleRequest } from './sample-request.ts';
import { setStatus, type ServiceRecord } from './service-record.ts';

/** Where a carrier is, and what it wants to see, as its settings in VTEX say. */
export interface CarrierDoor {
  account: string;
  /** The part before `/create-service`. */
  url: string;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface LastMile {
  /** `/v1/tracking/hook`. */
  makeApi(basePath: string): Hono<LastMileEnv>;
  makeControl(): Hono;
  /** Asks the carrier for a service, `copies` times at once; what it answers in time, and can be read, is created. */
  create(door: CarrierDoor, changes?: Readonly<Record<string, unknown>>, copies?: number): Promise<CarrierAnswer[]>;
  /** Any call, with any body; a cancel or a pause that is answered 200 is done here, too. */
  call(door: CarrierDoor, name: string, body: unknown): Promise<CarrierAnswer>;
  find(serviceId: string): ServiceRecord | undefined;
  services(): readonly ServiceRecord[];
  reset(): void;
  stop(): void;
}

export function createLastMile(
  context: SandboxContext,
  tokens: { read(token: string): { hostname: string } | 'expired' | 'wrong' },
): LastMile {
  const services = new Map<string, ServiceRecord>();
  const caller = createCaller(context.now);
  const find = (account: string, carrierId: string, serviceId: string): ServiceRecord | undefined => {
    const service = services.get(serviceId);
    return service?.account === account && service.carrierId === carrierId ? service : undefined;
  };

  const keepBooks = (basePath: string) =>
    createMiddleware<LastMileEnv>(async (c, next) => {
      const path = c.req.path.slice(basePath.length);
      const entry: RequestEntry = {
        partner,
        org: null,
        method: c.req.method,
        path,
        arrivedAt: context.now(),
        status: null,
      };
      context.books.addRequest(entry);
      c.set('entry', entry);
      await next();
      if (isCut(c.res)) return;
      entry.status = c.res.status;
      // As the document has it: with a charset, but for what the gateway refuses.
      if (c.res.status !== 403) c.res.headers.set('content-type', 'application/json; charset=utf-8');
    });
  /** The bare token. */
  const admit = createMiddleware<LastMileEnv>(async (c, next) => {
    const given = c.req.header('authorization');
    if (given === undefined) throw refusals.unauthorized();
    const read = tokens.read(given);
    if (read === 'expired') throw refusals.expired();
    if (read === 'wrong') throw refusals.wrongToken();
    c.get('entry').org = read.hostname;
    c.set('account', read.hostname);
    await next();
  });

  function add({ account }: CarrierDoor, body: Record<string, unknown>, answer: CarrierAnswer): void {
    const created = answer.status === 200 ? createdSchema.safeParse(answer.body).data : undefined;
    if (created === undefined) {
      context.books.addCount(`${partner}.create.${answer.status ?? 'unanswered'}`);
      return;
    }
    const { serviceId, status, labels } = created;
    context.books.addEffect(account, serviceId, 'service.created');
    if (services.has(serviceId)) return;
    const service: ServiceRecord = {
      account,
      carrierId: String(body['carrierId']),
      serviceId,
      request: body,
      status,
      update: null,
      labels: [...(labels ?? [])],
      notes: [],
      evidences: [],
      timeline: [],
      finishedAt: null,
    };
    setStatus(service, context.now(), status, 'System');
    services.set(serviceId, service);
  }

  const lastMile: LastMile = {
    makeApi: (basePath) =>
      new Hono<LastMileEnv>()
        .onError((error) => {
          if (error instanceof LastMileRefusal) return toResponse(error);
          context.log.error({ err: error }, 'lastMile.crashed');
          return toResponse(new LastMileRefusal(500, 'Internal error'));
        })
        .use(keepBooks(basePath))
        .use(admit)
        .use(
          applyFaults<LastMileEnv>(context.faults, (status) =>
            toResponse(new LastMileRefusal(status, 'Injected by the sandbox')),
          ),
        ) // prettier-ignore
        .route('/', makeHookRoutes(context, find))
        .all('/*', () => toResponse(new LastMileRefusal(404, 'Not Found'))),
    makeControl: () => makeLastMileControl(lastMile),
    async create(door, changes = {}, copies = 1) {
      const body = sampleRequest(changes);
      const send = () => caller.call(`${door.url}/create-service`, body, door.headers);
      const answers = await Promise.all(Array.from({ length: copies }, send));
      for (const answer of answers) add(door, body, answer);
      return answers;
    },
    async call(door, name, body) {
      const answer = await caller.call(`${door.url}/${name}`, body, door.headers);
      const { serviceId = '', pause } = Object(body);
      const service = services.get(String(serviceId));
      if (answer.status === 200 && service !== undefined) {
        if (name === 'cancel-service') setStatus(service, context.now(), 'CANCELED', 'Admin');
        // "Paused (false) or not (true)".
        if (name === 'pause-service' && pause === false) setStatus(service, context.now(), 'ON_HOLD', 'Admin');
      }
      return answer;
    },
    find: (serviceId) => services.get(serviceId),
    services: () => [...services.values()],
    reset: () => services.clear(),
    stop: () => caller.stop(),
  };
  return lastMile;
}
