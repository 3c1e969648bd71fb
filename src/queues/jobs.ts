import { catalogRead } from './catalog-read.ts';
import { catalogPull } from './catalog-pull.ts';
import { pullRead } from './pull-read.ts';
import { connectionCheck } from './connection-check.ts';
import { courierPosition } from './courier-position.ts';
import { deliveryAttempt } from './delivery-attempt.ts';
import { endpointProbe } from './endpoint-probe.ts';
import { documentsRead } from './documents-read.ts';
import { eventReplay } from './event-replay.ts';
import { feedPoll } from './feed-poll.ts';
import { fleetUpdate } from './fleet-update.ts';
import { fulfilmentRead } from './fulfilment-read.ts';
import { fulfilmentSubmit } from './fulfilment-submit.ts';
import { fulfilmentUpdate } from './fulfilment-update.ts';
import { hookKeysRead } from './hook-keys-read.ts';
import { issueTell } from './issue-tell.ts';
import { omsUpdate } from './oms-update.ts';
import { orderCancel } from './order-cancel.ts';
import { orderImport } from './order-import.ts';
import { orderReconcile } from './order-reconcile.ts';
import { overlapCheck } from './overlap-check.ts';
import { parcelAsk } from './parcel-ask.ts';
import { parcelFollow } from './parcel-follow.ts';
import { parcelPoll } from './parcel-poll.ts';
import { parcelRead } from './parcel-read.ts';
import { parcelSubscribe } from './parcel-subscribe.ts';
import { parcelTell } from './parcel-tell.ts';
import { runSend } from './run-send.ts';
import { stockReconcile } from './stock-reconcile.ts';
import { serviceCheck } from './service-check.ts';
import { serviceRequest } from './service-request.ts';
import { serviceUpdate } from './service-update.ts';
import { sweep } from './sweep.ts';

/** Every kind of work there is, by name. */
export const jobs = {
  'order-import': orderImport,
  'fulfilment-submit': fulfilmentSubmit,
  'fulfilment-update': fulfilmentUpdate,
  'fleet-update': fleetUpdate,
  'fulfilment-read': fulfilmentRead,
  'documents-read': documentsRead,
  'order-cancel': orderCancel,
  'oms-update': omsUpdate,
  'order-reconcile': orderReconcile,
  'overlap-check': overlapCheck,
  'feed-poll': feedPoll,
  'connection-check': connectionCheck,
  'courier-position': courierPosition,
  'delivery-attempt': deliveryAttempt,
  'hook-keys-read': hookKeysRead,
  'endpoint-probe': endpointProbe,
  'event-replay': eventReplay,
  'parcel-follow': parcelFollow,
  'parcel-poll': parcelPoll,
  'parcel-ask': parcelAsk,
  'parcel-read': parcelRead,
  'parcel-subscribe': parcelSubscribe,
  'parcel-tell': parcelTell,
  'run-send': runSend,
  'catalog-read': catalogRead,
  'stock-reconcile': stockReconcile,
  'catalog-pull': catalogPull,
  'pull-read': pullRead,
  'service-request': serviceRequest,
  'service-check': serviceCheck,
  'service-update': serviceUpdate,
  'issue-tell': issueTell,
  sweep,
} as const;
export type JobName = keyof typeof jobs;
export const isJobName = (name: string): name is JobName => Object.hasOwn(jobs, name);
export const jobNames: readonly JobName[] = Object.keys(jobs).filter(isJobName);
