import type { NashAnswers } from './answers.ts';
import type { DeliveryStatus } from './delivery-path.ts';
import type { JobFields } from './job-schema.ts';
import { toNashTime } from './nash-time.ts';
import { toLocation, toPlaceSummary } from './order-view.ts';
import { toPickedItem, type Picked } from './picked-row.ts';

export interface Delivery {
  id: string;
  status: DeliveryStatus;
  statusHistory: { status: DeliveryStatus; at: number }[];
  isActive: boolean;
  /** Undefined until something is picked. */
  picked: Picked[] | undefined;
  /** Where its courier is; in Melbourne unless it was said. */
  place?: { lat: number; lng: number };
}

/** One attempt at a job. */
export interface Task {
  id: string;
  createdAt: number;
  status: string;
  delivery: Delivery;
}

export interface Job {
  id: string;
  createdAt: number;
  orderId: string;
  externalIdentifier: string | null;
  shortReferenceCode: string;
  configurationId: string;
  packageId: string;
  pickupStoreLocationId: string | null;
  /** The order asked for `pick_and_pack` when it was dispatched; an update does not send for a picker or send one home. */
  picksItems: boolean;
  fields: JobFields;
  tasks: Task[];
}

type Body = Record<string, unknown>;

const courierPriceCents = 1190;

/** A task's own status (Nash's task events): running once someone drives, then how the delivery ended. */
export function toTaskStatus(delivery: DeliveryStatus, before: string): string {
  if (delivery === 'dropoff_complete' || delivery === 'returned' || delivery === 'returned_to_store')
    return 'completed';
  if (delivery === 'failed' || delivery === 'expired' || delivery.startsWith('canceled_by_')) return delivery;
  return delivery === 'assigned_driver' ? 'running' : before;
}

/** OpenAPI `ReturnedJobMixin`, which is also a webhook's `data`. The order is named in `jobMetadata.nash_order_id`. */
export function toJobBody(job: Job, spelling: NashAnswers['spelling'], { compressed = true } = {}): Body {
  const tasks = job.tasks.map((task) => toTaskBody(task, job, spelling, compressed));
  return {
    id: job.id,
    createdAt: toNashTime(job.createdAt),
    portalUrl: `https://portal.sandbox.usenash.com/${job.id}`,
    externalIdentifier: job.externalIdentifier,
    jobMetadata: { ...job.fields.jobMetadata, nash_order_id: job.orderId },
    isActive: job.tasks.some((task) => task.delivery.isActive),
    isBatch: false,
    shortReferenceCode: job.shortReferenceCode,
    jobConfigurations: [
      {
        id: job.configurationId,
        package: toPackageBody(job),
        tasks,
        delivery: tasks.at(-1)?.['delivery'] ?? null,
        publicTrackingUrl: `https://tracking.sandbox.usenash.com/${job.id}`,
      },
    ],
  };
}

/** `ReturnedBatchJobMixin`: the job as one of a batch. */
export const toBatchJobBody = (job: Job, spelling: NashAnswers['spelling']): Body => ({
  ...toJobBody(job, spelling, { compressed: false }),
  batch: { id: `batch_${job.id}`, type: 'batch', objectSequence: [], stopTypes: [], quotes: [] },
  route: null,
});

/** `JobListItem`. */
export function toJobListItem(job: Job): Body {
  const delivery = job.tasks.at(-1)?.delivery;
  return {
    id: job.id,
    externalIdentifier: job.externalIdentifier,
    shortReferenceCode: job.shortReferenceCode,
    status: delivery?.status ?? null,
    isBatch: false,
    createdAt: toNashTime(job.createdAt),
    routeId: null,
    portalUrl: `https://portal.sandbox.usenash.com/${job.id}`,
    pickup: toPlaceSummary(job.fields, 'pickup'),
    dropoff: toPlaceSummary(job.fields, 'dropoff'),
    delivery:
      delivery === undefined
        ? null
        : { id: delivery.id, providerName: 'FleetSimulator', status: delivery.status, priceCents: courierPriceCents },
  };
}

const toTaskBody = (task: Task, job: Job, spelling: NashAnswers['spelling'], compressed: boolean): Body => ({
  id: task.id,
  createdAt: toNashTime(task.createdAt),
  status: task.status,
  providerId: 'FleetSimulator',
  delivery: toDeliveryBody(task.delivery, job, spelling),
  ...(compressed ? {} : { quotes: [], failedQuotes: [] }),
});

/** `DeliverySerializer`; the inner keys of `statusHistory` are snake_case even there. */
function toDeliveryBody(delivery: Delivery, job: Job, spelling: NashAnswers['spelling']): Body {
  const driver = delivery.statusHistory.some(({ status }) => status === 'assigned_driver');
  const done = delivery.status === 'dropoff_complete';
  return {
    id: delivery.id,
    type: 'delivery',
    status: delivery.status,
    statusHistory: delivery.statusHistory.map(({ status, at }) => ({ status, created_at: toNashTime(at) })),
    isActive: delivery.isActive,
    pickupEta: toEta(job.fields.pickupEndTime),
    dropoffEta: toEta(job.fields.dropoffEndTime),
    priceCents: courierPriceCents,
    currency: job.fields.currency ?? 'USD',
    courierName: driver ? 'Sam P.' : null,
    courierPhoneNumber: driver ? '+61400000009' : null,
    courierLocation: driver ? (delivery.place ?? { lat: -37.8001, lng: 144.9671 }) : null,
    proofOfDelivery: done
      ? [{ type: 'photo', url: `https://tracking.sandbox.usenash.com/pod/${delivery.id}.jpg` }]
      : null,
    providerDeliveryId: delivery.id,
    [spelling]: delivery.picked?.map((row) => toPickedItem(row, spelling)) ?? (spelling === 'picked_items' ? [] : null),
  };
}

/** Courier times are printed as all of Nash's own; only windows come back as they were given. */
const toEta = (windowEnd: string | null | undefined): string | null =>
  typeof windowEnd === 'string' ? toNashTime(Date.parse(windowEnd) * 1000) : null;

/** `PackageSerializer`: the order as it was dispatched, with the job's updates. */
const toPackageBody = ({ fields, ...job }: Job): Body => ({
  id: job.packageId,
  description: fields.description ?? null,
  requirements: fields.requirements ?? [],
  tags: fields.tags ?? null,
  packageDeliveryMode: fields.deliveryMode ?? null,
  externalIdentifier: job.externalIdentifier,
  referenceId: fields.referenceId ?? null,
  minimumVehicleSize: fields.minimumVehicleSize ?? null,
  valueCents: Number(fields.valueCents ?? 0),
  taxCents: fields.taxCents ?? null,
  tipAmountCents: fields.tipAmountCents ?? null,
  weight: fields.weight === undefined || fields.weight === null ? null : Number(fields.weight),
  itemsCount: fields.itemsCount ?? 0,
  pickupStartTime: fields.pickupStartTime ?? null,
  pickupEndTime: fields.pickupEndTime ?? null,
  dropoffStartTime: fields.dropoffStartTime ?? null,
  dropoffEndTime: fields.dropoffEndTime ?? null,
  pickupStoreLocationId: job.pickupStoreLocationId,
  pickupStoreLocationExternalId: fields.pickupExternalStoreLocationId ?? null,
  pickupBarcodes: fields.pickupBarcodes ?? null,
  pickupLocation: toLocation(fields, 'pickup', `${job.packageId}_pickup`),
  dropoffStoreLocationId: fields.dropoffStoreLocationId ?? null,
  dropoffBarcodes: fields.dropoffBarcodes ?? null,
  dropoffLocation: toLocation(fields, 'dropoff', `${job.packageId}_dropoff`),
  items: fields.items ?? null,
  packageMetadata: fields.orderMetadata ?? null,
});
