import type { SandboxContext } from '../context.ts';
import { makeId } from '../make-id.ts';
import type { NashAnswers } from './answers.ts';
import { NashRefusal, missing } from './nash-refusal.ts';
import { findProblems, refuseBadFields, refuseMissingAddress, withChanges } from './order-rules.ts';
import type { OrderFields } from './order-schema.ts';
import { refuseSkus } from './row-refusals.ts';
import type { Stores } from './stores.ts';

/** Nash's order statuses (order status enum of the API reference). */
export type OrderStatus = 'needs_attention' | 'valid' | 'confirmed' | 'dispatched' | 'archived';

export interface Order {
  id: string;
  /** Epoch microseconds. */
  createdAt: number;
  updatedAt: number;
  status: OrderStatus;
  fields: OrderFields;
  validationErrors: Record<string, string>;
  pickupStoreLocationId: string | null;
}

export interface Orders {
  /** `POST /v1/order`: always a new order, though the externalId is taken. */
  create(fields: OrderFields): Order;
  /** `POST /v1/order/external-identifier/{externalId}`: creates, or changes the one that has it. */
  upsert(externalId: string, fields: OrderFields): Order;
  /** `PATCH /v1/order/{id}`. */
  change(id: string, changes: OrderFields): Order;
  /** `DELETE`: soft, the externalId stays taken. */
  archive(id: string): Order;
  unarchive(id: string): Order;
  confirm(id: string): Order;
  /** Marks the order dispatched, or says why it cannot be. */
  dispatch(id: string, jobId: string): Order;
  /** By `ord_` id, or the oldest with the externalId; 404 without one. */
  get(id: string): Order;
  /** All of them, oldest first. */
  list(): Order[];
}

interface OrdersDeps {
  context: SandboxContext;
  orgId: string;
  stores: Stores;
  answers: NashAnswers;
  stamp: () => number;
}

export function createOrders({ context, orgId, stores, answers, stamp }: OrdersDeps): Orders {
  const byId = new Map<string, Order>();
  const byExternalId = new Map<string, Order[]>();
  const namedAs = (externalId: string): Order[] => byExternalId.get(externalId) ?? [];

  /** Gives the order its fields and its place among the orders of the same externalId. */
  const setFields = (order: Order, fields: OrderFields): void => {
    const [from, to] = [order.fields.externalId, fields.externalId];
    order.fields = fields;
    if (from === to && byId.has(order.id)) return;
    const left = isSet(from) ? namedAs(from).filter((other) => other !== order) : [];
    if (isSet(from)) byExternalId.set(from, left);
    if (isSet(to)) byExternalId.set(to, [...namedAs(to), order]);
    byId.set(order.id, order);
  };

  /** Business keys in the books are externalIds; an order without one goes by its id. */
  const note = (order: Order, effect: string): void =>
    context.books.addEffect(orgId, order.fields.externalId ?? order.id, `order.${effect}`);

  const find = (id: string): Order | undefined => byId.get(id) ?? namedAs(id)[0];

  const get = (id: string): Order => {
    const order = find(id);
    if (order === undefined) throw missing('order', id);
    return order;
  };

  /** Nash's id of a store by its external id; unknown stores are an error unless the organisation creates them on use. */
  const resolveStore = (fields: OrderFields): string | null => {
    const named = [fields.pickupExternalStoreLocationId, ...(fields.pickupStoreLocationIds ?? [])];
    const ids = named
      .filter((store) => typeof store === 'string')
      .map((store) => {
        const id = stores.idOf(store);
        if (id === undefined) throw missing('store location', store);
        return id;
      });
    return ids[0] ?? fields.pickupStoreLocationId ?? null;
  };

  /** Puts the order into the state its fields ask for; a confirmed order stays confirmed while nothing is wrong. */
  const judge = (order: Order): void => {
    const { externalId } = order.fields;
    const namesakes = isSet(externalId) ? namedAs(externalId) : [];
    order.validationErrors = findProblems(order.fields, {
      duplicates: namesakes.slice(0, namesakes.indexOf(order)).map(({ id }) => id),
      nowMs: answers.pastTimes === 'needs_attention' ? context.now() : undefined,
    });
    if (order.status === 'archived') return;
    if (Object.keys(order.validationErrors).length > 0) order.status = 'needs_attention';
    else if (order.status === 'needs_attention') order.status = 'valid';
  };

  const create = (fields: OrderFields): Order => {
    refuseBadFields(fields);
    refuseSkus(fields, answers);
    refuseMissingAddress(fields);
    const createdAt = stamp();
    const order: Order = {
      id: makeId('ord'),
      createdAt,
      updatedAt: createdAt,
      status: 'valid',
      fields,
      validationErrors: {},
      pickupStoreLocationId: resolveStore(fields),
    };
    setFields(order, fields);
    judge(order);
    note(order, 'created');
    return order;
  };

  const update = (order: Order, changes: OrderFields): Order => {
    refuseDispatched(order);
    refuseBadFields(changes);
    refuseSkus(changes, answers);
    const fields = withChanges(order.fields, changes);
    refuseMissingAddress(fields);
    const pickupStoreLocationId = resolveStore(fields);
    setFields(order, fields);
    Object.assign(order, { pickupStoreLocationId, updatedAt: stamp() });
    judge(order);
    note(order, 'updated');
    return order;
  };

  const setStatus = (order: Order, status: OrderStatus, effect: string): Order => {
    Object.assign(order, { status, updatedAt: stamp() });
    note(order, effect);
    return order;
  };

  return {
    create,
    upsert(externalId, fields) {
      if (isSet(fields.externalId) && fields.externalId !== externalId) {
        throw new NashRefusal(
          400,
          'INVALID_VALUE',
          `externalId is '${externalId}' in the path and differs in the body`,
        );
      }
      const [order] = namedAs(externalId);
      const named = { ...fields, externalId };
      return order === undefined ? create(named) : update(order, named);
    },
    change: (id, changes) => update(get(id), changes),
    archive(id) {
      const order = get(id);
      refuseDispatched(order);
      return order.status === 'archived' ? order : setStatus(order, 'archived', 'archived');
    },
    unarchive(id) {
      const order = get(id);
      if (order.status !== 'archived') throw transitionRefused(order, 'valid');
      setStatus(order, 'valid', 'unarchived');
      judge(order);
      return order;
    },
    confirm(id) {
      const order = get(id);
      if (order.status !== 'valid') throw transitionRefused(order, 'confirmed');
      return setStatus(order, 'confirmed', 'confirmed');
    },
    dispatch(id, jobId) {
      const order = get(id);
      refuseDispatched(order);
      if (order.status !== 'valid' && order.status !== 'confirmed') {
        throw new NashRefusal(400, 'AUTODISPATCH_FAILURE', `Order is ${order.status} and cannot be dispatched`);
      }
      order.fields = { ...order.fields, orderMetadata: { ...order.fields.orderMetadata, nash_job_id: jobId } };
      return setStatus(order, 'dispatched', 'dispatched');
    },
    get,
    list: () => [...byId.values()],
  };
}

const isSet = (id: string | null | undefined): id is string => typeof id === 'string' && id !== '';

/** Error code and words of the bulk upsert's example. */
function refuseDispatched(order: Order): void {
  if (order.status !== 'dispatched') return;
  throw new NashRefusal(400, 'ORDER_ALREADY_DISPATCHED', 'Order has already been dispatched and cannot be updated.');
}

const transitionRefused = (order: Order, to: OrderStatus): NashRefusal =>
  new NashRefusal(409, 'INVALID_STATE_TRANSITION', `Order cannot go from ${order.status} to ${to}`);
