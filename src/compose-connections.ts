import { createHash } from 'node:crypto';
import type { Base } from './compose.ts';
import { createConnectorIo } from './connectors/create-io.ts';
import type { CallingConnector, TestableConnection } from './connectors/connector.ts';
import type { CarrierConnection, CarrierConnector } from './connectors/carriers/port.ts';
import { carrierConnectors } from './connectors/carriers/registry.ts';
import { fulfilmentConnectors } from './connectors/fulfilment/registry.ts';
import type { FulfilmentConnection, FulfilmentConnector } from './connectors/fulfilment/port.ts';
import type { LastMileConnection, LastMileConnector } from './connectors/last-mile/port.ts';
import { lastMileConnectors } from './connectors/last-mile/registry.ts';
import type { PullPolicy } from './connectors/oms/catalog-source.ts';
import type { CallingOmsConnector, OmsConnection } from './connectors/oms/port.ts';
import { callingOmsConnectors } from './connectors/oms/registry.ts';
import { connectors } from './connectors/registry.ts';
import { Failure } from './domain/failure.ts';
import type { FleetWords } from './domain/order-fleet.ts';
import type { OpenCarrier, Opened, OpenFulfilment, OpenLastMile, OpenOms, OpenOptions } from './fulfilment/deps.ts';
import { createCallCounter } from './store/connection-calls.ts';
import { noteToken, openConnection, readConnection, type Connection } from './store/connections.ts';
import { takeDailyCall, type DailyLimit } from './store/daily-calls.ts';
import type { StoreDeps } from './store/deps.ts';
import { rememberByText } from './platform/remember.ts';
import { configureLane, labelsOfLane, queueIn, throttleLane } from './store/lanes.ts';
import { endSlot, moveSlot, takeSlot, type Asker } from './store/take-slot.ts';

export const defaultBudget = 'default';
/** What connectors call the asking for a token, whichever system lends it. */
const tokenOperation = 'token.create';

/** Opens connections: settings unsealed and checked, budgets known to the governor, io bound to a signal. */
export function createConnections(
  { http, clock, metrics }: Pick<Base, 'http' | 'clock' | 'metrics'>,
  { baseUrl }: Pick<Base['config'], 'baseUrl'>,
) {
  /** The limit that each lane was last told of. */
  const told = new Map<string, string>();
  const remember = rememberByText<unknown>();
  const countCall = createCallCounter();

  /** Throws Failure `misconfigured` `connection.settings`. */
  const settingsOf = (store: StoreDeps, record: Connection): unknown =>
    remember(record.sealed, () => {
      const parsed = connectors.get(record.connector)?.settings.safeParse(openConnection(store, record).settings);
      if (parsed?.success === true) return parsed.data;
      const fields = (parsed?.error.issues ?? []).map((issue) => issue.path.join('.'));
      throw new Failure('misconfigured', 'connection.settings', 'the settings of this connection are not complete', {
        detail: { connectionId: record.id, fields },
      });
    });

  function knownSettings(store: StoreDeps, record: Connection): unknown {
    try {
      return settingsOf(store, record);
    } catch (error) {
      if (error instanceof Failure && error.code === 'connection.settings') return undefined;
      throw error;
    }
  }

  async function open<K extends CallingConnector<unknown, C>, C extends TestableConnection>(
    known: ReadonlyMap<string, K>,
    store: StoreDeps,
    merchantId: string,
    connectionId: string,
    signal: AbortSignal,
    options: OpenOptions = {},
    limitOf: (connector: K, settings: unknown) => DailyLimit | undefined = () => undefined,
  ): Promise<Opened<K, C> & { dailyLimit?: DailyLimit }> {
    const record = await readConnection(store, merchantId, connectionId);
    const connector = record === null ? undefined : known.get(record.connector);
    if (record === null || connector === undefined) {
      throw new Failure('misconfigured', 'connection.missing', 'this connection is not there any more', {
        detail: { connectionId },
      });
    }
    if (record.paused && options.evenPaused !== true) {
      throw new Failure('throttled', 'connection.paused', 'this connection is paused', {
        retryAfterMs: 30_000,
        detail: { connectionId },
      });
    }
    const settings = settingsOf(store, record);
    for (const [budget, limit] of Object.entries(connector.budgets(settings))) {
      const lane = laneOf(connector, settings, budget);
      const mark = JSON.stringify(limit);
      if (told.get(lane) === mark) continue;
      await configureLane(store, lane, limit);
      told.set(lane, mark);
    }
    const asker: Asker = { class: options.class ?? 'orders', merchantId };
    const dailyLimit = limitOf(connector, settings);
    const io = createConnectorIo(
      {
        http,
        clock,
        budget: {
          take: async (lane, waitMaxMs, stop) => {
            const startedMs = clock.now();
            const slot = await takeSlot(store, lane, asker, { waitMaxMs, signal: stop });
            if (!slot.taken) return { ...slot, late: () => Promise.resolve() };
            await countDailyCall(store, dailyLimit, options).catch(async (error: unknown) => {
              await endSlot(store, slot, false);
              throw error;
            });
            const waitedMs = Math.max(clock.now(), slot.dueMs) - startedMs;
            metrics.budgetWaits.observe({ ...labelsOfLane(lane), class: asker.class }, waitedMs / 1000);
            return {
              taken: true,
              waitMs: 0,
              dueMs: slot.dueMs,
              lapsesMs: slot.lapsesMs,
              late: (byMs) => moveSlot(store, slot, byMs),
              end: (wentOut) => endSlot(store, slot, wentOut),
            };
          },
          throttle: (lane, pauseMs) => throttleLane(store, lane, pauseMs),
        },
        report: ({ connector: target, operation, outcome, failed, durationMs }) => {
          metrics.outbound.observe({ target, operation }, durationMs / 1000);
          metrics.outboundRequests.inc({ target, outcome });
          countCall(store, connectionId, { failed, durationMs });
          if (operation === tokenOperation && !failed) noteToken(store, connectionId);
        },
      },
      {
        connector: connector.id,
        laneOf: (budget) => laneOf(connector, settings, budget),
        signal,
        ...(options.onCall === undefined ? {} : { onCall: options.onCall }),
        ...(options.waitMaxMs !== undefined && { waitMaxMs: options.waitMaxMs }),
      },
    );
    return {
      record,
      connector,
      connection: connector.connect(settings, io),
      settings,
      laneOf: (budget = defaultBudget) => queueIn(laneOf(connector, settings, budget), merchantId),
      ...(dailyLimit === undefined ? {} : { dailyLimit }),
    };
  }

  const known = ({ connector: id }: Pick<Connection, 'connector'>) => callable.get(id);

  return {
    openFulfilment: (...args: OpenArgs): Promise<OpenFulfilment> =>
      open<FulfilmentConnector, FulfilmentConnection>(fulfilmentConnectors, ...args),
    openOms: async (...args: OpenArgs): Promise<OpenOms> => {
      const oms = await open<CallingOmsConnector, OmsConnection>(callingOmsConnectors, ...args);
      return { ...oms, policy: oms.connector.policy(oms.settings) };
    },
    openCarrier: (...[store, merchantId, connectionId, signal, options]: OpenArgs): Promise<OpenCarrier> =>
      open<CarrierConnector, CarrierConnection>(
        carrierConnectors,
        store,
        merchantId,
        connectionId,
        signal,
        options,
        dailyLimitOf,
      ),
    openLastMile: async (...args: OpenArgs): Promise<OpenLastMile> => {
      const platform = await open<LastMileConnector, LastMileConnection>(lastMileConnectors, ...args);
      return { ...platform, policy: platform.connector.policy(platform.settings) };
    },
    /** The lanes of a connection's budgets, by budget name; none while its settings cannot be read. */
    lanesOf: (store: StoreDeps, record: Connection): Readonly<Record<string, string>> => {
      const connector = known(record);
      const settings = connector === undefined ? undefined : knownSettings(store, record);
      if (connector === undefined || settings === undefined) return {};
      const budgets = Object.keys(connector.budgets(settings));
      return Object.fromEntries(budgets.map((budget) => [budget, laneOf(connector, settings, budget)]));
    },
    dailyLimitOf: (store: StoreDeps, record: Connection): DailyLimit | undefined => {
      const carrier = carrierConnectors.get(record.connector);
      const settings = carrier === undefined ? undefined : knownSettings(store, record);
      return carrier === undefined || settings === undefined ? undefined : dailyLimitOf(carrier, settings);
    },
    vendorAccountOf: (store: StoreDeps, record: Connection): string | undefined => {
      const settings = knownSettings(store, record);
      return settings === undefined ? undefined : connectors.get(record.connector)?.vendorAccount?.(settings);
    },
    takesCatalog: ({ connector }: Pick<Connection, 'connector'>): boolean =>
      fulfilmentConnectors.get(connector)?.takesCatalog === true,
    pullPolicyOf: (store: StoreDeps, record: Connection): PullPolicy | null => {
      const settings = knownSettings(store, record);
      return settings === undefined ? null : (callingOmsConnectors.get(record.connector)?.pull?.(settings) ?? null);
    },
    callsSomebody: (record: Pick<Connection, 'connector'>): boolean => known(record) !== undefined,
    importsByItself: ({ connector }: Pick<Connection, 'connector'>): boolean =>
      fulfilmentConnectors.get(connector)?.appearsWithinMs !== undefined,
    tellsOmsOfDelivery: (store: StoreDeps, record: Connection): boolean => {
      const settings = knownSettings(store, record);
      if (settings === undefined) return false;
      return fulfilmentConnectors.get(record.connector)?.tellsOmsOfDelivery?.(settings) ?? false;
    },
    fleetWordsOf: ({ connector }: Pick<Connection, 'connector'>): FleetWords | undefined =>
      fulfilmentConnectors.get(connector)?.fleet?.words,
    documentsKeptMsOf: ({ connector }: Pick<Connection, 'connector'>): number | undefined =>
      fulfilmentConnectors.get(connector)?.documentsKeptMs,
    webhookUrlOf: (store: StoreDeps, record: Connection): string =>
      `${baseUrl}/in/${openConnection(store, record).token}`,
  };
}

/** Every partner that is called. */
const callable: ReadonlyMap<string, CallingConnector<unknown, TestableConnection>> = new Map<
  string,
  CallingConnector<unknown, TestableConnection>
>([...fulfilmentConnectors, ...callingOmsConnectors, ...carrierConnectors, ...lastMileConnectors]);

type OpenArgs = [
  store: StoreDeps,
  merchantId: string,
  connectionId: string,
  signal: AbortSignal,
  options?: OpenOptions,
];

/** Rates of one account are shared by all who call it, whatever connection they hold. */
function laneOf(
  connector: { id: string; account(settings: unknown): string },
  settings: unknown,
  budget: string,
): string {
  const account = createHash('sha256').update(connector.account(settings)).digest('hex').slice(0, 16);
  return `${connector.id}.${account}.${budget}`;
}

/** The calls of an account's day are counted like its rate: for all who hold it together. */
const dailyLimitOf = (connector: CarrierConnector, settings: unknown): DailyLimit | undefined => {
  const quota = connector.dailyQuota?.(settings);
  return quota === undefined ? undefined : { ...quota, account: laneOf(connector, settings, 'day') };
};

/** Throws Failure `throttled` `budget.day_spent`. */
async function countDailyCall(
  store: StoreDeps,
  limit: DailyLimit | undefined,
  { spendsReserve = false }: OpenOptions,
): Promise<void> {
  if (limit === undefined) return;
  const { taken, resetMs } = await takeDailyCall(store, limit, { spendsReserve });
  if (taken) return;
  throw new Failure('throttled', 'budget.day_spent', 'the calls that this account has for a day are spent', {
    retryAfterMs: resetMs - store.clock.now(),
  });
}
