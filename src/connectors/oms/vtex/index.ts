import { createHash } from 'node:crypto';
import { Failure } from '../../../domain/failure.ts';
import type { ConnectorIo } from '../../io.ts';
import type { CallingOmsConnector, FeedMessage, OmsCancelOutcome, OmsConnection, StartOutcome } from '../port.ts';
import { VtexCatalogClient } from './catalog-client.ts';
import { VtexClient } from './client.ts';
import { isMissing, isStatus, orNull } from './errors.ts';
import { makeListOpen } from './list-open.ts';
import { toOmsOrder } from './mapper.ts';
import { toPricingUrl, toPullPolicy, type PullSettings } from './pull-settings.ts';
import { createCatalogSource } from './read-catalog.ts';
import { toBaseUrl, usesFeed, usesHook, VtexSettingsSchema, type VtexSettings } from './settings.ts';
import { phaseOf, phases } from './statuses.ts';
import { hookKeyHeader, messageIdOf, toEvent, webhook } from './webhook.ts';
import type { WireFeedItem, WireFilter, WireHook } from './wire.ts';
import { createWriteBack } from './write-back.ts';

/** Looks into an empty feed: it is a backup beside the hook, and all there is without one. */
const feedPollSeconds = { both: 30, feed: 5, hook: 30 } as const;

/** The OMS of a VTEX account. The order's id is VTEX's own, the same in all of its systems. */
export const vtex: CallingOmsConnector<VtexSettings> = {
  id: 'vtex',
  kind: 'oms',
  title: 'VTEX OMS',
  settings: VtexSettingsSchema,
  phases,
  vendorAccount: ({ account }) => `vtex:${account}`,
  // Limits are set per account, whatever key calls.
  account: (settings) => toBaseUrl(settings),
  budgets: (settings) => {
    const shared = { perMs: 1_000, atOnce: settings.requestsAtOnce, marginPercent: settings.rateMarginPercent };
    return {
      default: { ...shared, calls: settings.requestsPerSecond },
      orders: {
        ...shared,
        calls: settings.orderReadsPerSecond,
        also: { calls: settings.orderReadsPerMinute, perMs: 60_000 },
      },
      ...(settings.pull !== undefined && catalogBudgets(settings.pull, settings.rateMarginPercent)),
    };
  },
  urls: (settings) => [toBaseUrl(settings), ...(settings.pull === undefined ? [] : [toPricingUrl(settings)])],
  policy: (settings) => ({
    startHandling: settings.startHandling,
    tellPicks: settings.modification === 'auto' ? 'packline' : 'merchant',
    invoice: settings.invoicing === 'auto' ? 'packline' : 'merchant',
    notes: settings.notes,
    hook: usesHook(settings),
    feedPollMs: usesFeed(settings) ? (settings.feedPollSeconds ?? feedPollSeconds[settings.ingest]) * 1_000 : null,
  }),
  pull: ({ pull }) => toPullPolicy(pull),
  registrant: (settings) => [toBaseUrl(settings), settings.appKey].join('\n'),
  connect,
  webhook,
};

/** VTEX counts each endpoint by itself. */
function catalogBudgets({ readsPerMinute }: PullSettings, marginPercent: number) {
  const budget = { calls: readsPerMinute, perMs: 60_000, marginPercent };
  return { skus: budget, prices: budget, stock: budget };
}

function connect(settings: VtexSettings, io: ConnectorIo): OmsConnection {
  const client = new VtexClient(settings, io);

  const readOrder: OmsConnection['readOrder'] = async (externalId) => {
    const order = await orNull(client.getOrder(externalId));
    return order === null ? null : toOmsOrder(order, externalId, settings);
  };

  async function startHandling(externalId: string): Promise<StartOutcome> {
    try {
      await client.startHandling(externalId);
      return { started: true };
    } catch (error) {
      // OMS003, "Order status should be ready-for-handling": done already, or beyond it, or not there yet.
      if (!isStatus(error, 409)) throw error;
      const { status } = await client.getOrder(externalId);
      const state = status ?? 'null';
      const phase = phaseOf(state);
      if (phase === 'handling' || phase === 'invoiced') return { started: true };
      if (phase !== 'ready') return { started: false, state };
      throw new Failure('transient', 'vtex.order_stale', 'VTEX refuses to start an order that it shows as ready', {
        cause: error,
      });
    }
  }

  async function cancel(externalId: string, reason: string): Promise<OmsCancelOutcome> {
    try {
      await client.cancelOrder(externalId, reason);
      return { canceled: true };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'rejected') throw error;
      const order = await orNull(client.getOrder(externalId));
      const state = order?.status ?? 'null';
      if (phaseOf(state) === 'canceled') return { canceled: true };
      const detail = order === null ? error.message : `VTEX has it as ${state}`;
      return { canceled: false, code: error.code, detail };
    }
  }

  async function test(): Promise<{ account: string }> {
    try {
      // An order that nobody has: listing orders takes a permission that nothing else here needs.
      await orNull(client.getOrder('packline-connection-test'));
      if (usesHook(settings)) await orNull(client.readHook());
      if (usesFeed(settings)) await orNull(client.readFeedConfig());
      // A SKU that nobody has.
      if (settings.pull?.enabled === true) await new VtexCatalogClient(settings, io).tryAll('0');
    } catch (error) {
      throw withKeyHint(error, settings);
    }
    return { account: settings.account };
  }

  return {
    test,
    readOrder,
    listOpen: makeListOpen(client, () => io.nowMs()),
    startHandling,
    cancel,
    addNote: (externalId, message) => client.addInteraction(externalId, message),
    writeBack: createWriteBack(client),
    ...(settings.pull !== undefined && { catalog: createCatalogSource(settings, settings.pull, io) }),
    async readHook() {
      const config = await orNull(client.readHook());
      const url = config?.hook?.url;
      if (config === null || url === null || url === undefined) return null;
      return { url, matches: asksFor(config.filter, settings) && bearsKey(config, settings) };
    },
    registerHook: (url) => client.writeHook(url),
    async readFeed() {
      const config = await orNull(client.readFeedConfig());
      if (config === null) return null;
      return { matches: asksFor(config.filter, settings), waiting: config.quantity ?? null };
    },
    registerFeed: () => client.writeFeedConfig(),
    async pollFeed() {
      try {
        return (await client.readFeed()).map(toMessage);
      } catch (error) {
        if (!isMissing(error)) throw error;
        throw new Failure('misconfigured', 'vtex.feed_missing', 'VTEX keeps no feed for this key', { cause: error });
      }
    },
    commitFeed: (handles) => client.commitFeed(handles),
  };
}

const isCode = (error: unknown, code: string): boolean => error instanceof Failure && error.code === code;

/** The handle stays outside: whoever has it can make VTEX forget the event. */
function toMessage({ handle, ...event }: WireFeedItem): FeedMessage {
  const read = toEvent(event);
  const body = JSON.stringify(event);
  // Ids lie in clear, and nobody knows what is in an event that nobody can read.
  const messageId =
    read === undefined ? `unreadable:${createHash('sha256').update(body).digest('hex')}` : messageIdOf(read);
  return { messageId, handle, body };
}

/** What VTEX keeps is what the settings say. Its filters are not validated, so spelling counts. */
function asksFor(filter: WireFilter | null | undefined, { states }: VtexSettings): boolean {
  const kept = new Set(filter?.status ?? []);
  return filter?.type === 'FromWorkflow' && kept.size === new Set(states).size && states.every((s) => kept.has(s));
}

/** Without the key of today nothing of the hook would be believed. An answer that shows no headers says nothing of them. */
function bearsKey({ hook }: WireHook, { hookKey }: VtexSettings): boolean {
  if (hook?.headers === null || hook?.headers === undefined) return true;
  const kept = Object.entries(hook.headers).find(([name]) => name.toLowerCase() === hookKeyHeader)?.[1];
  return kept === hookKey;
}

/** Keys are named after their account (`vtexappkey-account-ABCDEF`); one of another account is refused like a wrong one. */
function withKeyHint(error: unknown, { account, appKey }: VtexSettings): unknown {
  const named = /^vtexappkey-(.+)-[A-Z0-9]+$/i.exec(appKey)?.[1]?.toLowerCase();
  const isAboutKey = isCode(error, 'vtex.key_refused') || isCode(error, 'vtex.permission_missing');
  if (!isAboutKey || named === undefined || named === account) return error;
  const message = `The application key was made in the account ${named}, and the connection says ${account}`;
  return new Failure('misconfigured', 'vtex.account_mismatch', message, { cause: error });
}
