import { randomUUID } from 'node:crypto';
import type { Update } from './hook-schema.ts';

interface TimelineLine {
  id: string;
  date: string;
  createdAt: string;
  updatedAt: string;
  type: 'STATUS' | 'EVIDENCE' | 'NOTE' | 'LABEL' | 'OTHER';
  description: string;
  author: string;
  metaData: Record<string, unknown>;
}

/** A service as VTEX has it. `serviceId` is the carrier's. */
export interface ServiceRecord {
  account: string;
  carrierId: string;
  serviceId: string;
  request: Record<string, unknown>;
  status: string;
  update: Update | null;
  labels: { id: string; name: string; url: string; type: string }[];
  notes: { type: string; date: string; content: string; author: string }[];
  evidences: string[];
  timeline: TimelineLine[];
  finishedAt: string | null;
}

export function addLine(
  service: ServiceRecord,
  nowMs: number,
  line: Pick<TimelineLine, 'type' | 'description' | 'author' | 'metaData'>,
): void {
  const date = new Date(nowMs).toISOString();
  // "Not sorted": the newest is now in front, now behind.
  const add = service.timeline.length % 2 === 0 ? 'push' : 'unshift';
  service.timeline[add]({ id: randomUUID(), date, createdAt: date, updatedAt: date, ...line });
}

const ends = new Set(['DELIVERED', 'RETURNED', 'CANCELED']);

export function setStatus(service: ServiceRecord, nowMs: number, status: string, author: string): void {
  service.status = status;
  if (ends.has(status)) service.finishedAt ??= new Date(nowMs).toISOString();
  addLine(service, nowMs, { type: 'STATUS', description: `Service ${status}`, author, metaData: { status } });
}

const textOf = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const money = (value: number) => ({ value, currency: 'USD' });

/** `GET /{carrierId}/{serviceId}`: the Service object, every key. */
export function toServiceBody(service: ServiceRecord): Record<string, unknown> {
  const { request, update, carrierId } = service;
  const rate = { shippingPrice: money(update?.shippingPrice ?? 0), insurancePrice: money(0) };
  const shippingEstimatedDate = update?.shippingEstimatedDate ?? '2024-01-05T11:11:11.000Z';
  return {
    id: randomUUID(),
    orderId: textOf(request['orderId']),
    carrierId,
    serviceId: `${carrierId}&${service.serviceId}`,
    carrierName: 'A carrier',
    seller: textOf(request['seller']),
    status: service.status,
    type: textOf(request['type'], 'DELIVERY'),
    tags: [],
    labels: service.labels,
    evidences: service.evidences,
    packages: [],
    timeline: service.timeline,
    notes: service.notes,
    timezone: { offset: 300, value: 'America/Bogota', label: null },
    carrierLogo: '',
    trackingUrl: update?.trackingUrl ?? '',
    comments: textOf(request['comments']),
    paymentMethod: textOf(request['paymentMethod']),
    carrierServiceType: textOf(request['carrierServiceType'], 'OTHERS'),
    rate,
    shippingEstimatedDate,
    shippingFinishedDate: service.finishedAt,
    metaData: {
      integrationResponse: {},
      carrier: {
        name: 'A carrier',
        image: null,
        metaData: {},
        id: carrierId,
        type: {
          metaData: {},
          terms: '',
          rate,
          name: 'Express',
          transitTime: 0,
          shippingEstimatedDate,
          description: 'Express',
          id: 'express',
          international: false,
        },
      },
    },
  };
}
