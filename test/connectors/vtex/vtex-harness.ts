import nock from 'nock';
import { vtex } from '../../../src/connectors/oms/vtex/index.ts';
import { toOmsOrder } from '../../../src/connectors/oms/vtex/mapper.ts';
import { VtexSettingsSchema, type VtexSettings } from '../../../src/connectors/oms/vtex/settings.ts';
import { WireOrderSchema } from '../../../src/connectors/oms/vtex/wire.ts';
import type { OmsOrder } from '../../../src/connectors/oms/port.ts';
import { orderBody, orderId } from '../../fixtures/vtex/order.ts';
import { openWire } from '../wire-harness.ts';

export const host = 'https://luxstore.vtexcommercestable.com.br';
export const appKey = 'vtexappkey-luxstore-ABCDEF';
export const orderPath = `/api/oms/pvt/orders/${orderId}`;

export const settingsOf = (changes: Record<string, unknown> = {}): VtexSettings =>
  VtexSettingsSchema.parse({ account: 'luxstore', appKey, appToken: 'canary-token', ...changes });

export function connect(changes: Record<string, unknown> = {}) {
  const { io, spent, pauses } = openWire('vtex');
  return { oms: vtex.connect(settingsOf(changes), io), spent, pauses };
}

/** The account's API, as it must be called. */
export const api = (base = host): nock.Scope =>
  nock(base, {
    reqheaders: {
      'x-vtex-api-appkey': appKey,
      'x-vtex-api-apptoken': 'canary-token',
      accept: 'application/json',
      'content-type': 'application/json',
    },
  });

/** An order as VTEX sends it, in Packline's shape. */
export const mapped = (body: unknown, settings: Record<string, unknown> = {}): OmsOrder =>
  toOmsOrder(WireOrderSchema.parse(JSON.parse(JSON.stringify(body))), orderId, settingsOf(settings));

export const mappedWith = (changes: Record<string, unknown>, settings: Record<string, unknown> = {}): OmsOrder =>
  mapped(orderBody(changes), settings);

export const codesOf = ({ remarks }: OmsOrder): string[] => remarks.map(({ code }) => code);
