import type { OmsConnection } from '../port.ts';
import type { VtexClient } from './client.ts';
import { toInstant } from '../../vendor/vtex/to-instant.ts';

/** In the list's words. An order that is not released yet tells by its hook when it is, or by the next list. */
const states = ['ready-for-handling', 'handling'] as const;
const pageMax = 100;

/** A list ends after thirty pages, so it is asked for anew from where the last page ended. */
interface Place {
  state: number;
  /** Made at this moment or later. */
  from: string;
  page: number;
}

/**
 * "Not for integrations": the list lags behind by about four minutes, and may show an older state. So it only says which
 * orders there are; what they are is read.
 */
export const makeListOpen =
  (client: Pick<VtexClient, 'listOrders'>, nowMs: () => number): NonNullable<OmsConnection['listOpen']> =>
  async (since, cursor) => {
    const place = cursor === null ? { state: 0, from: since, page: 1 } : fromCursor(cursor);
    const to = new Date(nowMs()).toISOString();
    const { list } = await client.listOrders({
      f_status: states[place.state] ?? '',
      f_creationDate: `creationDate:[${place.from} TO ${to}]`,
      orderBy: 'creationDate,asc',
      page: String(place.page),
      per_page: String(pageMax),
    });
    const externalIds = list.flatMap((row) => (row?.orderId ? [row.orderId] : []));
    const next =
      list.length < pageMax ? nextState(place, since) : nextPage(place, toInstant(list.at(-1)?.creationDate));
    return { externalIds, cursor: next === null ? null : toCursor(next) };
  };

const nextState = ({ state }: Place, since: string): Place | null =>
  state + 1 < states.length ? { state: state + 1, from: since, page: 1 } : null;

/** More orders of one moment than a page holds are the only ones that a page's end does not tell apart. */
const nextPage = ({ state, from, page }: Place, last: string | null): Place =>
  last === null || last <= from ? { state, from, page: page + 1 } : { state, from: last, page: 1 };

const toCursor = ({ state, from, page }: Place): string => [state, page, from].join(' ');
function fromCursor(cursor: string): Place {
  const [state, page, from = ''] = cursor.split(' ');
  return { state: Number(state), page: Number(page), from };
}
