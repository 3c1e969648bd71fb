import type { SandboxContext } from '../context.ts';
import type { ChangeBody } from './change-schema.ts';
import { changeOrder, type ChangedContent } from './changed-order.ts';
import type { AccountSettings } from './account-settings.ts';
import type { OmsOrder } from './oms-order.ts';
import { invoicedValueOf } from './packages.ts';
import { VtexRefusal } from './vtex-refusal.ts';
import { toEventTime } from './vtex-time.ts';

/** On its way a request is prepared, acknowledged and confirmed; `done` or `canceled` is its end. */
const steps = ['preparing', 'waiting-acknowledgement', 'waiting-confirmation', 'done'] as const;
type ChangeStatus = (typeof steps)[number] | 'canceled';

/** A modification of an order that VTEX took on. */
export interface ChangeRequest {
  requestId: string;
  workflowId: string;
  status: ChangeStatus;
  body: ChangeBody;
  date: string;
  totalChangeValue: number;
  totals: { id: string; name: string; value: number }[];
  logs: { date: string; message: string; source: string; status: string }[];
  cancellationData: { requestedByUser: boolean; reason: string; cancellationDate: string } | null;
}

export interface Changes {
  /** `PATCH …/changes`: checks it and takes it on; what it does comes later. */
  request(order: OmsOrder, body: ChangeBody): ChangeRequest;
  get(order: OmsOrder, requestId: string): ChangeRequest;
  /** `POST …/retry`: goes on with one that got stuck. */
  retry(order: OmsOrder, requestId: string): void;
  /** `POST …/cancel`: not once it was done. */
  cancel(order: OmsOrder, requestId: string, reason: string): void;
}

interface ChangesDeps {
  context: SandboxContext;
  settings: () => AccountSettings;
  hexOf: (...parts: string[]) => string;
  note: (order: OmsOrder, effect: string) => void;
  tellChange: (order: OmsOrder) => void;
}

/** "Acceptable order status for modifications". */
const changeableStates: ReadonlySet<string> = new Set(['handling', 'waiting-for-fulfillment', 'ready-for-invoicing']);

const isRunning = ({ status }: ChangeRequest): boolean => status !== 'done' && status !== 'canceled';

export function createChanges({ context, settings, hexOf, note, tellChange }: ChangesDeps): Changes {
  const now = (): string => toEventTime(context.now());

  const idOf = (order: OmsOrder, kind: string): string =>
    hexOf(kind, order.orderId, String(order.changes.length)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

  /** What the order would be. */
  const contentAfter = (order: OmsOrder, change: Pick<ChangeRequest, 'requestId' | 'body'>): ChangedContent => {
    let made = 0;
    const nextUniqueId = (): string => hexOf('item', change.requestId, String((made += 1))).toUpperCase();
    const content = changeOrder(order.doc, change.body, { nextUniqueId, rounding: settings().changes.rounding });
    // "If the total amount of the modified order is lower than the amount of an invoice that has already been issued …"
    const invoiced = invoicedValueOf(order.doc.packageAttachment.packages);
    if (invoiced > 0 && content.value < invoiced) throw alreadyInvoiced();
    return content;
  };

  function cancelAs(order: OmsOrder, change: ChangeRequest, requestedByUser: boolean, reason: string): void {
    change.status = 'canceled';
    change.cancellationData = { requestedByUser, reason, cancellationDate: now() };
    note(order, 'changeCanceled');
  }

  function apply(order: OmsOrder, change: ChangeRequest): void {
    try {
      refuseState(order);
      const content = contentAfter(order, change);
      const { manualDiscountValue } = change.body;
      if (manualDiscountValue >= order.doc.value) return cancelAs(order, change, false, discountTooBig);
      change.totalChangeValue = content.value - order.doc.value;
      change.totals = content.totals;
      change.status = 'done';
      Object.assign(order.doc, content);
      note(order, 'modified');
      tellChange(order);
    } catch (error) {
      if (!(error instanceof VtexRefusal)) throw error;
      cancelAs(order, change, false, error.message);
    }
    return undefined;
  }

  function advance(order: OmsOrder, change: ChangeRequest): void {
    context.timers.after(settings().changes.stepMs, () => {
      if (!isRunning(change)) return;
      const next = steps[steps.findIndex((step) => step === change.status) + 1];
      if (next === undefined || next === 'done') return apply(order, change);
      change.status = next;
      advance(order, change);
      return undefined;
    });
  }

  const get: Changes['get'] = ({ changes }, requestId) => {
    const change = changes.find((known) => known.requestId === requestId);
    if (change === undefined) throw new VtexRefusal(404, 'CHK0201', `Change request ${requestId} not found`);
    return change;
  };

  return {
    get,
    request(order, body) {
      refuseState(order);
      if (order.doc.changesAttachment !== null) {
        throw refusal('015', 'An order that was changed with version 1 cannot be changed with version 2');
      }
      if (order.changes.some(isRunning)) throw refusal('014', 'There is already a change in progress for this order');
      const requestId = idOf(order, 'change');
      contentAfter(order, { requestId, body });
      const change: ChangeRequest = {
        requestId,
        workflowId: idOf(order, 'workflow'),
        status: 'preparing',
        body,
        date: now(),
        totalChangeValue: 0,
        totals: [],
        logs: [],
        cancellationData: null,
      };
      order.changes.push(change);
      const { outcome, reason } = order.changeOutcomes.shift() ?? { outcome: 'done', reason: '' };
      if (outcome === 'canceled') {
        context.timers.after(
          settings().changes.stepMs,
          () => isRunning(change) && cancelAs(order, change, false, reason),
        );
      } else if (outcome === 'stuck') change.logs.push(stuckLog(now()));
      else advance(order, change);
      return change;
    },
    retry(order, requestId) {
      const change = get(order, requestId);
      if (!isRunning(change)) throw invalidState(`The change request is ${change.status}`);
      if (change.logs.length > 0) {
        change.logs = [];
        advance(order, change);
      }
    },
    cancel(order, requestId, reason) {
      const change = get(order, requestId);
      if (!isRunning(change)) throw invalidState(`The change request is ${change.status}`);
      cancelAs(order, change, true, reason);
    },
  };
}

function refuseState({ doc }: OmsOrder): void {
  if (doc.status === 'canceled') throw refusal('008', 'The order is canceled');
  if (doc.status === 'invoiced') throw alreadyInvoiced();
  if (!changeableStates.has(doc.status)) throw invalidState(`The order is ${doc.status}`);
}

/** "Automatic transition failed", as the article on failing requests prints it. */
const stuckLog = (date: string): ChangeRequest['logs'][number] => ({
  date,
  message: `Automatic transition failed. Current retry counter is 1. Failed with message: Failure to run the action 'preparing'. Content: '{"error":{"code":"001","message":"An error has occurred"}}'`,
  source: 'Workflow Engine',
  status: 'preparing',
});

const discountTooBig = "The value of the change exceed the order's price";

const refusal = (number: string, message: string): VtexRefusal =>
  new VtexRefusal(400, `SalesOrderSystem${number}`, message);
const alreadyInvoiced = (): VtexRefusal => refusal('046', 'The order is already invoiced');
const invalidState = (message: string): VtexRefusal => new VtexRefusal(400, 'CHK0124', message);
