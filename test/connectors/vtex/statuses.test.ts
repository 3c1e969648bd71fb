import { expect, test } from 'vitest';
import { defaultStates, phases } from '../../../src/connectors/oms/vtex/statuses.ts';

/** "Order flow and status". */
const guide = [
  'order-created', 'order-accepted', 'on-order-completed', 'on-order-completed-ffm', 'waiting-for-authorization',
  'waiting-for-sellers-confirmation', 'payment-pending', 'approve-payment', 'payment-approved',
  'window-to-change-payment', 'window-to-change-seller', 'waiting-ffmt-authorization',
  'waiting-for-manual-authorization', 'waiting-for-fulfillment', 'waiting-for-mkt-authorization',
  'waiting-seller-handling', 'authorize-fulfillment', 'window-to-cancel', 'ready-for-handling', 'start-handling',
  'handling', 'ready-for-invoicing', 'invoice', 'invoiced', 'request-cancel', 'waiting-for-seller-decision',
  'cancellation-requested', 'cancel', 'canceled',
]; // prettier-ignore
/** Orders API: the feed filter's list. */
const filter = [
  'order-created', 'on-order-completed', 'on-order-completed-ffm', 'payment-pending', 'waiting-for-order-authorization',
  'approve-payment', 'payment-approved', 'request-cancel', 'waiting-for-seller-decision', 'waiting-ffmt-authorization',
  'waiting-for-authorization', 'waiting-for-manual-authorization', 'authorize-fulfillment', 'order-create-error',
  'order-creation-error', 'window-to-cancel', 'window-to-change-seller', 'waiting-for-mkt-authorization',
  'waiting-seller-handling', 'ready-for-handling', 'start-handling', 'handling', 'invoice-after-cancellation-deny',
  'order-accepted', 'invoice', 'invoiced', 'replaced', 'cancellation-requested', 'cancel', 'canceled',
]; // prettier-ignore
/** Examples of the guides, and known issues. */
const elsewhere = ['order-completed', 'cancelation-request', 'cancellation-request-denied-ffm', 'detail.state.null', 'null']; // prettier-ignore

/** No document says what an order that was replaced is; the others are no states of an order. */
const leftOut = new Set(['replaced', 'cancelation-request', 'detail.state.null', 'null']);

test('every documented state has a row or is left out on purpose, and every row is a documented state', () => {
  const words = new Set([...guide, ...filter, ...elsewhere]);
  expect(Object.keys(phases).sort()).toEqual([...words].filter((word) => !leftOut.has(word)).sort());
});

test.each([
  ['ready', ['ready-for-handling']],
  ['handling', ['start-handling', 'handling', 'ready-for-invoicing', 'invoice', 'invoice-after-cancellation-deny']],
  ['invoiced', ['invoiced']],
  ['cancelAsked', ['request-cancel', 'waiting-for-seller-decision', 'cancellation-requested']],
  ['canceled', ['cancel', 'canceled']],
])('%s is %j, and nothing else', (phase, states) => {
  const found = Object.entries(phases).flatMap(([state, of]) => (of === phase ? [state] : []));
  expect(found.sort()).toEqual(states.sort());
});

test('a connection hears of the release and of all that follows it but steps that last a moment, and of nothing before', () => {
  expect(defaultStates.map((state) => phases[state])).not.toContain('placed');
  const later = Object.entries(phases).flatMap(([state, phase]) => (phase === 'placed' ? [] : [state]));
  const steps = new Set(['start-handling', 'invoice', 'invoice-after-cancellation-deny']);
  expect([...defaultStates].sort()).toEqual(later.filter((state) => !steps.has(state)).sort());
});
