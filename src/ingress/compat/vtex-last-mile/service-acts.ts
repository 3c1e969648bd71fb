import { toCancelAnswer, toPauseAnswer } from '../../../connectors/last-mile/vtex-last-mile/answers.ts';
import { WireActSchema } from '../../../connectors/last-mile/vtex-last-mile/wire.ts';
import type * as z from 'zod';
import { endsService } from '../../../domain/service-status.ts';
import { cancelService, pauseService, type Service } from '../../../domain/service.ts';
import { toInstant, type Clock } from '../../../platform/clock.ts';
import { announceService } from '../../../queues/service-events.ts';
import { serviceRequestWork } from '../../../queues/service-request.ts';
import { changeService, readService } from '../../../store/services.ts';
import { ok, type Answer } from '../../answer.ts';
import { makeInvalid, makeRefusal } from '../../problem.ts';
import { awaitService } from './await-service.ts';
import type { Desk } from './find-desk.ts';

type Act = z.infer<typeof WireActSchema>;

const servicePattern = /^svc_[0-9a-z]{26}$/;

/** The service that an act names, by our id or by VTEX's own for it, `{carrierId}&{serviceId}`. */
async function findService({ store, connection }: Desk, body: unknown): Promise<{ act: Act; service: Service }> {
  const act = WireActSchema.safeParse(body).data;
  if (act === undefined || act.serviceId === null) {
    throw makeInvalid([{ code: 'field.required', detail: 'names no service', pointer: '/serviceId' }]);
  }
  const id = act.serviceId.slice(act.serviceId.lastIndexOf('&') + 1);
  const service = servicePattern.test(id) ? ((await readService(store, id))?.service ?? null) : null;
  const isTheirs =
    service?.connectionId === connection.id && (act.carrierId ?? service.carrierId) === service.carrierId;
  if (service === null || !isTheirs) throw makeRefusal('service.not_found', 'Service not found');
  return { act, service };
}

const refuseOver = ({ status }: Service): never => {
  throw makeRefusal('service.state', `the service is ${status}`);
};

/** `POST /cancel-service`: done when the carrier has let go, or nobody can be asked. Asking again is asking once. */
export async function cancel(
  desk: Desk,
  body: unknown,
  { clock, untilMs }: { clock: Clock; untilMs: number },
): Promise<Answer> {
  const { store } = desk;
  const found = await findService(desk, body);
  const { reason } = found.act;
  const asked = await changeService(store, found.service.id, async ({ service }) => {
    if (service.status === 'CANCELED' || service.cancel?.state === 'open') return null;
    if (endsService(service.status)) return refuseOver(service);
    if (service.carrierConnectionId === null) {
      const events = await announceService(store, 'service.canceled', service);
      const canceled = cancelService(service);
      return { service: { ...canceled, told: { ...canceled.told, status: 'CANCELED' } }, ...events };
    }
    const entries = [serviceRequestWork(service, 'cancel', String(service.version))];
    return { service: { ...service, cancel: { state: 'open' }, askedAt: toInstant(clock.now()) }, entries };
  });
  const isSettled = ({ status, cancel: asking }: Service): boolean => status === 'CANCELED' || asking?.state !== 'open';
  const settled = await awaitService(store, clock, asked, { untilMs, isSettled });
  if (settled.status === 'CANCELED') return ok(toCancelAnswer(settled, reason));
  if (endsService(settled.status)) return refuseOver(settled);
  if (settled.cancel?.state === 'refused')
    throw makeRefusal('service.cancel_refused', 'the carrier does not cancel it');
  throw makeRefusal('service.cancel_pending', 'the carrier has not said yet whether it cancels');
}

/** `POST /pause-service`. Without its flag it can only mean what it is called. */
export async function pause(desk: Desk, body: unknown): Promise<Answer> {
  const { store, settings } = desk;
  const { act, service } = await findService(desk, body);
  const isPaused = act.pause === null || act.pause === settings.pausedWhen;
  const paused = await changeService(store, service.id, async ({ service: current }) => {
    if (endsService(current.status)) return refuseOver(current);
    if (isPaused === (current.status === 'ON_HOLD')) return null;
    const events = await announceService(store, isPaused ? 'service.paused' : 'service.resumed', current);
    return { service: pauseService(current, isPaused), ...events };
  });
  return ok(toPauseAnswer(paused, act.pause, act.reason));
}
