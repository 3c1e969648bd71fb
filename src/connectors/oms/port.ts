import type { OmsPhase } from '../../domain/order-oms.ts';
import type { OrderInput } from '../../domain/order-input.ts';
import type { CallingConnector, Connector, TestableConnection } from '../connector.ts';
import type { PartnerReturn } from '../partner-return.ts';
import type { OmsWebhook } from '../webhook.ts';
import type { CatalogSource, PullPolicy } from './catalog-source.ts';
import type { OmsWriteBack } from './write-back.ts';

export type { OmsPhase };

/** An order as an OMS has it. */
export interface OmsOrder {
  input: OrderInput;
  /** The OMS's own word for its state. */
  state: string;
  /** When it last changed there (UTC). */
  changedAt: string | null;
  /** What somebody should know of, though the order can be handled: told as problems of the order. */
  remarks: readonly { code: string; detail: string }[];
  /** Documents by which it gave money back for goods, by their numbers; those that we told it of are among them. */
  returns: readonly PartnerReturn[];
}

export type StartOutcome =
  /** It is being handled now, by this call or an earlier one. */
  | { started: true }
  /** The OMS has it in another state, in its own word. */
  | { started: false; state: string };

export type OmsCancelOutcome = { canceled: true } | { canceled: false; code: string; detail: string };

/** One event of an OMS's queue. `body` is what `webhook.read` reads, without the handle. */
export interface FeedMessage {
  /** As the same event's hook has it. */
  messageId: string;
  handle: string;
  body: string;
}

/** Where the OMS sends its hooks now. */
export interface HookState {
  url: string;
  /** What is asked for still is what the settings say. */
  matches: boolean;
}

/** One merchant's account at an OMS. A method that the system lacks is absent. All throw Failure. */
export interface OmsConnection extends TestableConnection {
  /** Null while the OMS does not show such an order (not yet, or not any more). */
  readOrder(externalId: string): Promise<OmsOrder | null>;
  /** The orders made since `since` (an instant) that wait for their handling or are handled, as far as a list shows them. */
  listOpen?(since: string, cursor: string | null): Promise<{ externalIds: readonly string[]; cursor: string | null }>;
  /** Says that the order is being handled. Safe to repeat. */
  startHandling?(externalId: string): Promise<StartOutcome>;
  /** Safe to repeat. */
  cancel?(externalId: string, reason: string): Promise<OmsCancelOutcome>;
  /** A line in the order's log at the OMS; written again when repeated. */
  addNote?(externalId: string, message: string): Promise<void>;
  /** What was picked, invoiced and shipped. */
  readonly writeBack?: OmsWriteBack;
  /** Its products, prices and stock, where the settings ask for them. */
  readonly catalog?: CatalogSource;
  readHook?(): Promise<HookState | null>;
  /** Replaces whatever the OMS had. Fails when `url` does not answer the OMS's ping. */
  registerHook?(url: string): Promise<void>;
  readFeed?(): Promise<{ matches: boolean; waiting: number | null } | null>;
  registerFeed?(): Promise<void>;
  /** At most ten events; an empty answer does not mean that none wait. */
  pollFeed?(): Promise<readonly FeedMessage[]>;
  /** Only after each event is stored: what is committed never comes again. */
  commitFeed?(handles: readonly string[]): Promise<void>;
}

/** What a connection of an OMS wants of Packline. */
export interface OmsPolicy {
  /** Who says at the OMS that handling began. `auto`: Packline, unless the fulfilment system is the OMS vendor's own. */
  startHandling: 'packline' | 'fulfilment' | 'auto';
  /** Who tells the OMS what was picked, before it is invoiced. */
  tellPicks: 'packline' | 'merchant';
  /** Who makes the invoice. */
  invoice: 'packline' | 'merchant';
  /** Write milestones into the order's log at the OMS. */
  notes: boolean;
  hook: boolean;
  /** Null when the queue is not used. */
  feedPollMs: number | null;
}

/** A system that orders come from. One without `calls` only posts: nobody is called. */
export interface OmsConnector<S = unknown> extends Connector<S> {
  readonly kind: 'oms';
  readonly webhook?: OmsWebhook<S>;
}

export interface CallingOmsConnector<S = unknown> extends CallingConnector<S, OmsConnection> {
  readonly kind: 'oms';
  /** Every state the OMS documents, in its own words. One without a row is unknown: kept and shown. */
  readonly phases: Readonly<Record<string, OmsPhase>>;
  readonly webhook?: OmsWebhook<S>;
  policy(settings: S): OmsPolicy;
  /** What is to be pulled out of its catalogue; null: nothing. Absent where there is none to read. */
  pull?(settings: S): PullPolicy | null;
  /** Whose hook and feed it is: equal strings share them. */
  registrant(settings: S): string;
}
