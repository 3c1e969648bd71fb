import { describe, expect, test } from 'vitest';
import { carrierNameOf, chooseCarrierConnection } from '../../../src/connectors/carriers/choose-connection.ts';

const connection = (connector: string, name: string, changes: object = {}) => ({
  id: `con_${connector}_${name}`,
  connector,
  name,
  kind: 'carrier',
  paused: false,
  ...changes,
});
const all = [
  connection('easypost', 'Parcels'),
  connection('generic-carrier', 'Bay Couriers'),
  connection('generic-carrier', 'demo'),
  connection('dhl-unified', 'Express'),
  connection('nash', 'ups', { kind: 'fulfilment' }),
];

describe('who is asked about the parcels of a carrier', () => {
  test.each([
    ['dhl', 'con_dhl-unified_Express'],
    ['dhl-unified', 'con_dhl-unified_Express'],
    ['bay-couriers', 'con_generic-carrier_Bay Couriers'],
    ['demo', 'con_generic-carrier_demo'],
    // A courier's connection is known by its name alone; another's name is no carrier.
    ['generic-carrier', 'con_easypost_Parcels'],
    ['generic', 'con_easypost_Parcels'],
    ['express', 'con_easypost_Parcels'],
    ['ups', 'con_easypost_Parcels'],
  ])('%s is %s', (carrier, id) => expect(chooseCarrierConnection(all, carrier)).toBe(id));

  test('is nobody where its connection is paused and there is no aggregator', () => {
    const paused = connection('generic-carrier', 'demo', { paused: true });
    expect(chooseCarrierConnection([paused], 'demo')).toBeUndefined();
  });

  test('is called by its connector’s name, or its own', () => {
    expect(all.slice(1, 4).map(carrierNameOf)).toEqual(['Bay Couriers', 'demo', 'dhl-unified']);
  });
});
