import { places, sides, type Cell } from './cells.ts';

const head = [
  'the order is',
  'who cancels',
  'arrivals',
  'API',
  'the order then',
  'its cancellation',
  'fulfilment system',
  'OMS',
  'problems',
];

/** The cells as the table of docs/cancel.md. */
export const toTable = (cells: readonly Cell[]): string =>
  [head, head.map(() => '---'), ...cells.map(toRow)].map((row) => `| ${row.join(' | ')} |`).join('\n');

function toRow({ place, side, api, end, late }: Cell): string[] {
  const also = (now: string, then: string | undefined): string =>
    then === undefined || then === now ? now : `${now}; ${then}*`;
  const problemsOf = (codes: readonly string[]): string => codes.map((code) => `\`${code}\``).join(', ') || '–';
  return [
    places[place],
    sides[side],
    late === undefined ? '1' : '2',
    also(String(api ?? '–'), late?.api === undefined ? undefined : String(late.api)),
    end.order,
    also(end.cancellation ?? '–', late?.cancellation ?? undefined),
    end.there,
    end.oms,
    also(problemsOf(end.problems), late?.problems === undefined ? undefined : problemsOf(late.problems)),
  ];
}
