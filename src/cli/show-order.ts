import type { OrderView } from '../ingress/views/order-view.ts';

/** A line of an order's timeline. */
export interface TimelineStep {
  at: string;
  what: string;
  detail?: Record<string, unknown>;
}

/** An order in one line, without its person. */
export const lineOfOrder = ({ id, externalId, status, storeLocationId, updatedAt, problems }: OrderView): string =>
  `${id}  ${externalId}  ${status}  ${storeLocationId}  ${updatedAt}${problems.map(({ code }) => `  ${code}`).join('')}`;

/** An order for people at a terminal: where it is on both sides, and what is wrong with it. Its person is left to --json. */
export function describeOrder(order: OrderView): string[] {
  const { connections, lines, totals, currency, invoiceStatus, cancellation, problems } = order;
  const { oms, fulfilment, source } = connections;
  return [
    lineOfOrder(order),
    `  ${lines.length} lines, ${totals.grandTotalMinor} minor units of ${currency}, ${invoiceStatus}`,
    `  from ${source}${oms === null ? '' : `, there ${oms.state}`}`,
    fulfilment === null
      ? '  no fulfilment system has it'
      : `  at ${fulfilment.connector} as ${fulfilment.externalRef}, there ${fulfilment.state ?? 'not heard of'}`,
    ...(cancellation === null ? [] : [`  cancellation ${cancellation.state}`]),
    ...problems.map(({ code, detail, source: who }) => `  ! ${code} (${who}): ${detail}`),
  ];
}

export const describeStep = ({ at, what, detail }: TimelineStep): string =>
  `  ${at}  ${what}${detail === undefined ? '' : `  ${JSON.stringify(detail)}`}`;
