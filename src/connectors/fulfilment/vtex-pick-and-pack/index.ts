import { Failure } from '../../../domain/failure.ts';
import type { TrackingEvent } from '../../../domain/order.ts';
import { toInstant } from '../../../platform/clock.ts';
import type { ConnectorIo } from '../../io.ts';
import { Tokens } from '../../vendor/vtex/tokens.ts';
import type { FulfilmentDocuments } from '../../../domain/fulfilment-documents.ts';
import type { FulfilmentConnection, FulfilmentConnector, FulfilmentRef, FulfilmentSnapshot } from '../port.ts';
import { PickAndPackClient } from './client.ts';
import { toFacility, toShipment, toWorksheet } from './documents.ts';
import { makeFailure } from './errors.ts';
import { LegacyClient } from './legacy-client.ts';
import { areDelivered, isReady, toLegacySnapshot, toSnapshot, type Shipment } from './mapper.ts';
import { Session } from './session.ts';
import { VtexPickAndPackSettingsSchema, type VtexPickAndPackSettings } from './settings.ts';
import { vocabulary } from './statuses.ts';
import { webhook } from './webhook.ts';

/**
 * VTEX Pick and Pack. It takes the orders of its own account's OMS by itself, under the OMS's ids, and cannot be told to
 * begin, change or cancel anything: so there is a look, and hooks, and a word when somebody else has delivered.
 */
export const vtexPickAndPack: FulfilmentConnector<VtexPickAndPackSettings> = {
  id: 'vtex-pick-and-pack',
  kind: 'fulfilment',
  title: 'VTEX Pick and Pack',
  settings: VtexPickAndPackSettingsSchema,
  vocabulary,
  account: (settings) => [baseUrlOf(settings), settings.account].join('\n'),
  vendorAccount: ({ account }) => `vtex:${account}`,
  budgets: ({ requestsPerSecond, requestsAtOnce: atOnce, rateMarginPercent: marginPercent }) => ({
    default: { calls: requestsPerSecond, perMs: 1_000, atOnce, marginPercent },
  }),
  // The one that `api` does not choose as well: it is stored and shown like the others.
  urls: ({ apiBaseUrl, authBaseUrl, legacyBaseUrl }) => [apiBaseUrl, authBaseUrl, legacyBaseUrl],
  // "Cached for 30 seconds", all of its reads but the list of shipments.
  readCacheMs: 30_000,
  documentsKeptMs: 30_000,
  appearsWithinMs: ({ appearsWithinMinutes }) => appearsWithinMinutes * 60_000,
  tellsOmsOfDelivery: ({ api }) => api === 'new',
  connect,
  webhook,
};

const baseUrlOf = ({ api, apiBaseUrl, legacyBaseUrl }: VtexPickAndPackSettings): string =>
  api === 'legacy' ? legacyBaseUrl : apiBaseUrl;

/** For the life of the process: connections are opened anew for every job. */
const tokens = new Tokens('vtex-pick-and-pack');

/** The id of no order: asking for it shows whether the token is let in. */
const probeId = 'packline-connection-test';

function connect(settings: VtexPickAndPackSettings, io: ConnectorIo): FulfilmentConnection {
  const session = new Session(settings, io, tokens);
  const client = new PickAndPackClient(session);
  const legacy = new LegacyClient(session);
  const readOrder = settings.api === 'legacy' ? findLegacy : findNew;

  async function findNew({ externalRef, lines }: FulfilmentRef): Promise<FulfilmentSnapshot | null> {
    const order = await orNull(client.getOrder(externalRef));
    if (order === null) return null;
    checkSame(order.orderId, externalRef);
    const shipments = isReady(order) ? await readShipments(externalRef) : [];
    return toSnapshot({ order, shipments }, lines, toInstant(io.nowMs()));
  }

  /** Which way a shipment goes the list does not say: of several, one may bring goods back. */
  async function readShipments(orderId: string): Promise<Shipment[]> {
    const listed = (await orNull(client.listShipments(orderId))) ?? [];
    const isAlone = listed.length === 1;
    return Promise.all(
      listed.map(async (one) => ({
        listed: one,
        read: isAlone ? null : await orNull(client.getShipment(one.id, 'BY_INTERNAL_ID')),
      })),
    );
  }

  /** `PATCH …/tracking` marks the order delivered whatever it is told, and nobody documents what a second one does. */
  async function tellDelivered(
    { externalRef }: FulfilmentRef,
    { at, events }: { at: string; events: readonly TrackingEvent[] },
  ): Promise<{ alreadyThere: boolean }> {
    if (areDelivered(await readShipments(externalRef))) return { alreadyThere: true };
    const { orderId } = await client.updateTracking(externalRef, { deliveredDate: at, events });
    checkSame(orderId, externalRef);
    return { alreadyThere: false };
  }

  async function findLegacy({ externalRef, lines }: FulfilmentRef): Promise<FulfilmentSnapshot | null> {
    const order = await orNull(legacy.getOrder(externalRef));
    if (order === null) return null;
    checkSame(order.orderId, externalRef);
    return toLegacySnapshot(order, lines, toInstant(io.nowMs()));
  }

  /** By the lists of the order, and each by its id; what is gone when it is asked for is left out. */
  async function readDocuments({ externalRef }: FulfilmentRef): Promise<FulfilmentDocuments> {
    const worksheets = await client.listWorksheets(externalRef);
    const shipments = await client.listShipments(externalRef);
    return {
      worksheets: await inTurn(worksheets, async (listed) => {
        const whole = await orNull(client.getWorksheet(listed.worksheetId));
        return whole?.worksheetId === listed.worksheetId ? toWorksheet(whole, externalRef) : null;
      }),
      shipments: await inTurn(shipments, async (listed) => {
        const whole = await orNull(client.getShipment(listed.id, 'BY_INTERNAL_ID'));
        return whole?.id === listed.id && whole.orderId === externalRef ? toShipment(listed, whole) : null;
      }),
    };
  }

  return {
    async test() {
      await letIn(readOrder({ externalRef: probeId }));
      return { account: settings.account };
    },
    find: readOrder,
    ...(settings.api === 'new' ? { tellDelivered } : {}),
    // The older API has neither worksheets nor facilities.
    ...(settings.api === 'new' && {
      readDocuments,
      async readFacility(externalId: string) {
        const facility = await orNull(client.getFacility(externalId));
        return facility === null ? null : toFacility(facility);
      },
    }),
  };
}

/** An order has one of each as a rule; what lists more is read so far and no further. */
const documentsMax = 20;

async function inTurn<T, R>(listed: readonly T[], read: (one: T) => Promise<R | null>): Promise<R[]> {
  const found: R[] = [];
  for (const one of listed.slice(0, documentsMax)) {
    const document = await read(one);
    if (document !== null) found.push(document);
  }
  return found;
}

/** Another order's picks would be billed to this one. */
function checkSame(found: string, wanted: string): void {
  if (found === wanted) return;
  throw makeFailure({ kind: 'transient', code: 'unreadable_reply' }, 'VTEX answered with another order', {});
}

/** Whatever VTEX thinks of the id: it looked at it, so it took the token. */
async function letIn(read: Promise<unknown>): Promise<void> {
  try {
    await read;
  } catch (error) {
    const isAnswer = error instanceof Failure && error.kind === 'rejected' && 'status' in error.detail;
    if (!isAnswer) throw error;
  }
}

const unknownCodes: ReadonlySet<string> = new Set(['vtex-pick-and-pack.not_found', 'vtex-pick-and-pack.no_access']);

/** Null for "not there". VTEX documents no such answer for orders, only "you do not have access to this order". */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Failure && unknownCodes.has(error.code)) return null;
    throw error;
  }
}
