import * as z from 'zod';
import type { PayloadForm } from './endpoint.ts';
import { EventBodySchema, orderEventData, type EventType } from './events.ts';
import { isForPeople, toSlackText } from './slack-text.ts';

interface AnnouncedEvent {
  type: EventType;
  merchantId: string;
  /** As it was stored: the form `full`. */
  body: string;
}

const pickAndPackType: EventType = 'order.status_changed';

/** Whether events of a type are sent in this form at all; a test is sent in every one. */
export function isSentAs(form: PayloadForm, type: EventType): boolean {
  if (type === 'endpoint.test') return true;
  if (form === 'slack') return isForPeople(type);
  return form !== 'vtex-pick-and-pack' || type === pickAndPackType;
}

/**
 * What is signed and sent of an event to who asked for this form of it.
 * @param baseUrl under which browsers reach the console
 */
export function bodyIn(form: PayloadForm, event: AnnouncedEvent, baseUrl: string): string {
  switch (form) {
    case 'full':
      return event.body;
    case 'thin':
      return toThin(event.body);
    case 'vtex-pick-and-pack':
      return JSON.stringify(toPickAndPack(event));
    case 'slack':
      return JSON.stringify({
        text: toSlackText(EventBodySchema.parse(JSON.parse(event.body)), `${baseUrl}/ops/m/${event.merchantId}`),
      });
  }
}

/** What says which thing an event is about, and which of two events is the newer. */
const isThin = ([name]: [string, unknown]): boolean =>
  name.endsWith('Id') || ['carrier', 'trackingNumber', 'version'].includes(name);

function toThin(body: string): string {
  const { type, timestamp, data } = EventBodySchema.parse(JSON.parse(body));
  return JSON.stringify({ type, timestamp, data: Object.fromEntries(Object.entries(data).filter(isThin)) });
}

const StatusChangeSchema = z.object({ data: orderEventData['order.status_changed'] });

/** "Get Order Status and Information API", Webhook. Before an order is at a fulfilment system it is what VTEX's example calls PENDING. */
function toPickAndPack({ type, merchantId, body }: AnnouncedEvent) {
  const hostname = merchantId;
  if (type !== pickAndPackType) {
    return { orderId: 'packline-test', oldStatus: 'PENDING', newStatus: 'READY_FOR_PICKING', hostname };
  }
  const { externalId, oldStatus, newStatus } = StatusChangeSchema.parse(JSON.parse(body)).data;
  const shown = (status: string): string => (status === 'RECEIVED' ? 'PENDING' : status);
  return { orderId: externalId, oldStatus: shown(oldStatus), newStatus: shown(newStatus), hostname };
}
