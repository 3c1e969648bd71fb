import { makeCatalog } from '../../src/connectors/fulfilment/nash/catalog-client.ts';
import { NashClient } from '../../src/connectors/fulfilment/nash/client.ts';
import { tellDeliveries } from '../../src/connectors/fulfilment/nash/fleet.ts';
import { fleetWords } from '../../src/connectors/fulfilment/nash/fleet-statuses.ts';
import { nash } from '../../src/connectors/fulfilment/nash/index.ts';
import { toSnapshot } from '../../src/connectors/fulfilment/nash/mapper.ts';
import { fromAmendment, fromOrder } from '../../src/connectors/fulfilment/nash/order-body.ts';
import { NashSettingsSchema } from '../../src/connectors/fulfilment/nash/settings.ts';
import type { DeliveryToTell, FulfilmentConnection, OrderToFulfil } from '../../src/connectors/fulfilment/port.ts';
import type { TrackingStatus } from '../../src/domain/tracking-status.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { catalogReadings, exerciseCatalog } from './exercise-nash-catalog.ts';
import { titles } from './operations.ts';
import { refused, type Exercise, type SandboxStage, type Stage } from './stage.ts';

const orgId = 'org_contract';
const apiKey = 'nash_contract_key';
const settingsOf = ({ urls }: Stage) => NashSettingsSchema.parse({ baseUrl: urls.nash, apiKey, orgId, ownFleet: true });
const clientOf = (stage: Stage): NashClient => new NashClient(settingsOf(stage), stage.io);
const at = '2026-01-15T00:00:00.000Z';

/** An order as Packline hands it over: lines with and without substitutes, one weighed. */
function orderToFulfil(externalRef: string, changes: Partial<OrderToFulfil> = {}): OrderToFulfil {
  const { currency, storeLocationId, fulfilment, window, lines, totals, recipient, notes } = sampleOrder();
  return {
    id: `ord_of_${externalRef}`,
    source: 'generic',
    externalId: externalRef,
    externalRef,
    currency,
    storeLocationId,
    fulfilmentMethod: fulfilment,
    channel: undefined,
    content: { window, lines, totals },
    person: { recipient, notes, lineNotes: { 'line-1': 'the red pack' } },
    ...changes,
  };
}

const order = orderToFulfil('contract-0');

export const nashOrders: Exercise = {
  connector: 'nash',
  document: titles.nash,
  apis: ['nash'],
  atSandbox,
  readings: [
    { operation: 'GET /v1/orders', read: (stage) => clientOf(stage).listOrders(1) },
    { operation: 'GET /v1/order/{id}', read: (stage) => ofOrder(clientOf(stage).getOrder('ord_1')) },
    {
      operation: 'POST /v1/order/external-identifier/{externalId}',
      read: (stage) => ofOrder(clientOf(stage).upsertOrder('contract-0', fromOrder(order, settingsOf(stage)))),
    },
    { operation: 'DELETE /v1/order/{id}', read: (stage) => ofOrder(clientOf(stage).archiveOrder('ord_1')) },
    {
      operation: 'POST /v1/order/external-identifier/{externalId}/autodispatch',
      read: (stage) => ofJob(clientOf(stage).dispatchOrder('contract-0')),
    },
    {
      operation: 'GET /v1/jobs',
      read: (stage) => clientOf(stage).listJobs({ limit: '100', offset: '0', deliveryStatuses: 'created,started' }),
    },
    { operation: 'GET /v1/jobs/{id}', read: (stage) => ofJob(clientOf(stage).getJob('job_1')) },
    {
      operation: 'GET /v1/jobs/external_identifier/{externalIdentifier}',
      read: (stage) => ofJob(clientOf(stage).getJobByExternalId('contract-0')),
    },
    {
      operation: 'PATCH /v1/jobs/{id}',
      read: (stage) => ofJob(clientOf(stage).updateJob('job_1', undefined, fromAmendment(order))),
    },
    {
      operation: 'PATCH /v1/jobs/{id}/{jobConfigurationId}',
      read: (stage) => ofJob(clientOf(stage).updateJob('job_1', 'cfg_1', fromAmendment(order))),
    },
    {
      operation: 'POST /v1/jobs/{jobId}/cancel',
      read: (stage) => ofJob(clientOf(stage).cancelJob('job_1', undefined)),
    },
    {
      operation: 'POST /v1/jobs/{jobId}/{objectId}/cancel',
      read: (stage) => ofJob(clientOf(stage).cancelJob('job_1', 'cfg_1')),
    },
    {
      operation: 'PATCH /v1/fleet/deliveries',
      read: (stage) => tellDeliveries(clientOf(stage), [deliveryAt('contract-0', 'PICKED_UP')]),
    },
    {
      operation: 'GET /v1/webhooks/messages',
      read: (stage) => clientOf(stage).listMessages({ after: at, limit: '250', withContent: 'true' }),
    },
    ...catalogReadings((stage) => makeCatalog(settingsOf(stage), stage.io)),
  ],
  // The document has no schema for a hook. The data of those about deliveries and tasks is the job as reads answer it.
  hooks: {
    subscriber: 'contract-nash',
    schema: 'ReturnedJobMixin',
    partOf: ({ data }) => data,
    isLast: ({ event, data }) => event === 'canceled_by_merchant' && JSON.stringify(data).includes('"contract-part"'),
  },
};

type Seen = Parameters<typeof toSnapshot>[0];
const ofOrder = async (read: Promise<Seen['order']>) => toSnapshot({ order: await read, job: null }, 'contract-0', at);
const ofJob = async (read: Promise<Seen['job']>) => toSnapshot({ order: null, job: await read }, 'contract-0', at);

const deliveryAt = (externalRef: string, status: TrackingStatus): DeliveryToTell => ({
  externalRef,
  trackingNumber: 'CARRIER-778',
  ...(fleetWords.step(status) ?? { word: '', rank: 0 }),
});

const isComplete = (connection: FulfilmentConnection): connection is Required<FulfilmentConnection> =>
  ['submit', 'dispatch', 'amend', 'cancel', 'listOpen', 'missedMessages', 'tellDeliveries', 'catalog'].every(
    (method) => method in connection,
  );

async function atSandbox(stage: SandboxStage): Promise<void> {
  const { control, sandboxUrl, io } = stage;
  await control('POST', '/nash/organisations', { orgId, apiKey, limits: { default: 10_000, catalog: 10_000 } });
  await control('POST', '/nash/endpoints', { orgId, url: `${sandboxUrl}/subscribers/contract-nash` });
  const connection = nash.connect(settingsOf(stage), io);
  if (!isComplete(connection)) throw new Error('the connector lacks a method that this exercise calls');
  await connection.test();
  await refuseWhatIsWrong(stage, connection);
  // As the Pick and Pack guide spells picked items, and as the OpenAPI document does.
  for (const spelling of ['picked_items', 'pickedItems']) {
    await control('POST', '/nash/answers', { spelling });
    await followOrder(stage, connection, spelling);
  }
  await tellOfFleet(stage, connection);
  await callOff(stage, connection);
  await exerciseCatalog(stage, connection.catalog);
  await connection.test();
  await connection.listOpen(at, null);
  const { cursor } = await connection.missedMessages(at, null);
  if (cursor !== null) await connection.missedMessages(at, cursor);
}

/** An order from its first submission to the customer's door. */
async function followOrder(
  { control }: SandboxStage,
  connection: Required<FulfilmentConnection>,
  name: string,
): Promise<void> {
  const made = orderToFulfil(`contract-${name}`);
  const { externalRef } = made;
  await connection.submit(made);
  await connection.submit({ ...made, person: { ...made.person, notes: 'Leave it at the door' } });
  await connection.find({ externalRef });
  const { jobId } = await connection.dispatch({ externalRef });
  const ref = { externalRef, jobId };
  const [first, second, ...rest] = made.content.lines;
  if (first === undefined || second === undefined) throw new Error('the sample order has lines');
  const amended = { ...made, content: { ...made.content, lines: [{ ...first, quantity: 3 }, second, ...rest] } };
  await connection.amend(ref, amended);
  await control('POST', '/nash/picks', {
    orgId,
    externalId: externalRef,
    lines: {
      'line-1': { outcome: 'short', quantity: 1 },
      'line-2': { outcome: 'substitute' },
      'line-3': {
        outcome: 'multi_scan',
        scans: [
          { weightKg: 0.3, priceCents: 600 },
          { weightKg: 0.26, priceCents: 571 },
        ],
      },
    },
  });
  const steps = ['assigned_driver', 'pickup_arrived', 'items_pick_update', 'items_pick_complete', 'dropoff_enroute'];
  for (const to of [...steps, 'dropoff_complete']) {
    await control('POST', `/nash/jobs/${externalRef}/advance?org=${orgId}`, { to });
    await connection.find(ref);
  }
  // Found without its id, as after a loss of our own data; and too late for everything.
  await connection.find({ externalRef });
  await connection.cancel(ref);
}

/** The merchant's own courier, from the store to the door; with one that nobody knows, one that is over, and somebody else's. */
async function tellOfFleet({ control }: SandboxStage, connection: Required<FulfilmentConnection>): Promise<void> {
  const { externalRef } = orderToFulfil('contract-fleet');
  await connection.submit(orderToFulfil(externalRef));
  await connection.dispatch({ externalRef });
  for (const status of ['PICKED_UP', 'IN_TRANSIT', 'DELIVERED', 'DELIVERED', 'RETURN_IN_PROGRESS'] as const) {
    await connection.tellDeliveries([deliveryAt(externalRef, status), deliveryAt('contract-nobody', status)]);
  }
  await control('POST', '/nash/answers', { fleet: 'third_party' });
  await connection.tellDeliveries([deliveryAt(externalRef, 'RETURNED')]);
  await control('POST', '/nash/answers', { fleet: 'own' });
}

/** Orders that are called off before and after somebody was sent, whole and as one of several in a job. */
async function callOff(stage: SandboxStage, connection: Required<FulfilmentConnection>): Promise<void> {
  const undispatched = orderToFulfil('contract-archived');
  await connection.submit(undispatched);
  await connection.cancel({ externalRef: undispatched.externalRef });
  const client = clientOf(stage);
  for (const name of ['whole', 'part']) {
    const { externalRef } = orderToFulfil(`contract-${name}`);
    await connection.submit(orderToFulfil(externalRef));
    const job = await client.dispatchOrder(externalRef);
    const configuration = job.job_configurations[0]?.id ?? undefined;
    await client.getJobByExternalId(externalRef);
    if (name === 'whole') await connection.cancel({ externalRef, jobId: job.id });
    else {
      await client.updateJob(job.id, configuration, fromAmendment(orderToFulfil(externalRef)));
      await client.cancelJob(job.id, configuration);
    }
  }
}

async function refuseWhatIsWrong(stage: SandboxStage, connection: Required<FulfilmentConnection>): Promise<void> {
  await connection.find({ externalRef: 'contract-nobody' });
  await connection.find({ externalRef: 'contract-nobody', jobId: 'job_nobody' });
  await refused(connection.dispatch({ externalRef: 'contract-nobody' }));
  // Collected by the customer: Nash has no such order.
  await refused(connection.submit(orderToFulfil('contract-collected', { fulfilmentMethod: 'pickup' })));
  const settings = settingsOf(stage);
  // "Limited to 80 characters": the schema has it in its prose, so that only Nash can refuse it. In both of its forms.
  const tooLong = { ...fromOrder(orderToFulfil('contract-wrong'), settings), dropoffFirstName: 'a'.repeat(81) };
  for (const validationBody of ['object', 'array']) {
    await stage.control('POST', '/nash/answers', { validationBody });
    await refused(clientOf(stage).upsertOrder('contract-wrong', tooLong));
  }
  const stranger = nash.connect({ ...settings, apiKey: 'unknown' }, stage.io);
  await refused(stranger.test());
}
