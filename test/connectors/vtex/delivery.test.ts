import { describe, expect, test } from 'vitest';
import { addressBody, deliveryIdBody, itemBody, logisticsBody, shippingBody } from '../../fixtures/vtex/order.ts';
import { codesOf, mappedWith } from './vtex-harness.ts';

type Body = Record<string, unknown>;

const withLogistics = (infos: unknown, settings: Body = {}) =>
  mappedWith({ shippingData: shippingBody({ logisticsInfo: infos }) }, settings);
const withAddress = (address: unknown) => mappedWith({ shippingData: shippingBody({ address }) });
const withClient = (clientProfileData: unknown) => mappedWith({ clientProfileData }).input.recipient;

describe('the store', () => {
  const at = (warehouseId: unknown, dockId: unknown = 'dock-1') =>
    logisticsBody({ deliveryIds: [deliveryIdBody({ warehouseId, dockId })], pickupPointId: 'point-1' });

  test.each([
    ['warehouse', 'w-1'],
    ['dock', 'dock-1'],
    ['pickupPoint', 'point-1'],
    ['seller', 'shop-7'],
  ])('is the %s, where the settings say so', (storeLocation, store) => {
    const changes = {
      shippingData: shippingBody({ logisticsInfo: [at('w-1')] }),
      items: [itemBody({ seller: 'shop-7' })],
    };
    expect(mappedWith(changes, { storeLocation }).input.storeLocationId).toBe(store);
  });

  test('has the merchant’s own id where there is one', () => {
    const settings = { storeLocations: { 'w-1': 'store-1' } };
    expect(withLogistics([at('w-1')], settings).input.storeLocationId).toBe('store-1');
    expect(withLogistics([at('w-2')], settings).input.storeLocationId).toBe('w-2');
    expect(withLogistics([at('constructor')], settings).input.storeLocationId).toBe('constructor');
  });

  test('is the first of several, and somebody is told', () => {
    const order = withLogistics([at('w-2'), at('w-1'), at('w-2')]);
    expect(order.input.storeLocationId).toBe('w-2');
    const detail = "the order's lines are at w-2, w-1; it goes to the first";
    expect(order.remarks).toEqual([{ code: 'order.several_stores', detail }]);
  });

  test('keeps its letters: VTEX tells w from W', () =>
    expect(withLogistics([at('W-1')]).input.storeLocationId).toBe('W-1'));

  test.each([
    [null],
    [[]],
    ['none'],
    [[null]],
    [[{ deliveryIds: null }]],
    [[{ deliveryIds: [null, { warehouseId: ' ' }] }]],
  ])('is unknown where none is named, and somebody is told: %j', (infos) => {
    const order = withLogistics(infos);
    expect(order.input.storeLocationId).toBe('unknown');
    expect(codesOf(order)).toContain('vtex.store_missing');
  });
});

describe('pickup', () => {
  const pickup = logisticsBody({ deliveryChannel: 'pickup-in-point', pickupPointId: '1_VTEX-RJ' });

  test('is an order whose lines are all picked up; nobody’s address is needed', () => {
    const { input, remarks } = withLogistics([pickup, pickup], { storeLocation: 'pickupPoint' });
    expect(input).toMatchObject({ fulfilment: 'pickup', storeLocationId: '1_VTEX-RJ' });
    expect(input.recipient).toEqual({
      name: 'Rodrigo Smith',
      phone: '+5561992227222',
      email: 'rodrigo.smith@email.com',
    });
    expect(remarks).toEqual([]);
  });

  test('is known under the schema’s name, too', () => {
    const info = { deliveryChannel: undefined, selectedDeliveryChannel: 'pickup-in-point' };
    expect(withLogistics([logisticsBody(info)]).input.fulfilment).toBe('pickup');
  });

  test('gives way to delivery where an order has both, and somebody is told', () => {
    const order = withLogistics([pickup, logisticsBody()]);
    expect(order.input.fulfilment).toBe('delivery');
    expect(order.input.recipient.address).toBeDefined();
    expect(codesOf(order)).toEqual(['vtex.mixed_channels']);
  });
});

describe('the window', () => {
  const chosen = { startDateUtc: '2024-02-06T10:00:00+00:00', endDateUtc: '2024-02-06T12:00:00-03:00', price: 0 };
  const windowOf = (infos: unknown) => withLogistics(infos).input.window;

  test('is the chosen one, in UTC', () => {
    expect(windowOf([logisticsBody(), logisticsBody({ deliveryWindow: chosen })])).toEqual({
      from: '2024-02-06T10:00:00.000Z',
      to: '2024-02-06T15:00:00.000Z',
    });
  });

  test('ends with the last promise where none was chosen', () => {
    const promise = (shippingEstimateDate: unknown) => logisticsBody({ shippingEstimateDate });
    expect(windowOf([promise('2024-02-06T10:00:00Z'), promise('2024-02-08T10:00:00Z'), promise(null)])).toEqual({
      from: '2024-02-04T20:09:43.899Z',
      to: '2024-02-08T10:00:00.000Z',
    });
  });

  test.each([
    ['nothing', { shippingEstimateDate: null }],
    ['a promise of yesterday', { shippingEstimateDate: '2024-02-03T00:00:00Z' }],
    [
      'a window that ends before it begins',
      {
        shippingEstimateDate: null,
        deliveryWindow: { startDateUtc: chosen.endDateUtc, endDateUtc: chosen.startDateUtc },
      },
    ],
    ['half a window', { shippingEstimateDate: null, deliveryWindow: { startDateUtc: chosen.startDateUtc } }],
    ['a window in words', { shippingEstimateDate: null, deliveryWindow: 'this evening' }],
  ])('is a day where there is %s, and somebody is told', (_what, changes) => {
    const order = withLogistics([logisticsBody(changes)]);
    expect(order.input.window).toEqual({ from: '2024-02-04T20:09:43.899Z', to: '2024-02-05T20:09:43.899Z' });
    expect(codesOf(order)).toEqual(['vtex.window_missing']);
  });
});

describe('the recipient', () => {
  test('is who receives, else who bought, else nobody’s name', () => {
    expect(withAddress(addressBody({ receiverName: 'Ana' })).input.recipient.name).toBe('Ana');
    expect(withAddress(addressBody({ receiverName: ' ' })).input.recipient.name).toBe('Rodrigo Smith');
    const nobody = mappedWith({
      clientProfileData: null,
      shippingData: shippingBody({ address: addressBody({ receiverName: null }) }),
    });
    expect(nobody.input.recipient.name).toBe('Customer');
    expect(codesOf(nobody)).toEqual(['vtex.recipient_missing']);
  });

  test.each([
    'r***@email.com',
    'rodrigo',
    'a@b',
    'rodrigo@email.com;ana@email.com',
    '',
    null,
    7,
    `${'a'.repeat(250)}@b.co`,
  ])('has no e-mail where VTEX masks or breaks it: %j', (email) =>
    expect(withClient({ email })).not.toHaveProperty('email'),
  );

  test('has VTEX’s alias for an e-mail like any other', () => {
    expect(withClient({ email: ' 0f1e2d3c@ct.vtex.com.br ' }).email).toBe('0f1e2d3c@ct.vtex.com.br');
  });

  test.each(['+55*****7222', '12', '', null, '1'.repeat(33)])('has no phone that nobody could call: %j', (phone) =>
    expect(withClient({ phone })).not.toHaveProperty('phone'),
  );

  test('has a phone that came as a number', () =>
    expect(withClient({ phone: 5561992227222 }).phone).toBe('5561992227222'));
});

describe('the address', () => {
  const addressOf = (changes: Body) => withAddress(addressBody(changes)).input.recipient.address;

  test('is the selected one where the order has no other', () => {
    expect(withAddress(null).input.recipient.address).toMatchObject({ complement: '10, 4th floor' });
  });

  test('may lack what some countries lack', () => {
    expect(
      addressOf({ state: null, postalCode: '', number: null, neighborhood: null, complement: null, reference: null }),
    ).toEqual({
      street: 'Avenida Lúcio Costa',
      city: 'Rio de Janeiro',
      state: 'Rio de Janeiro',
      postalCode: '-',
      country: 'BRA',
      location: { latitude: -23.0105873, longitude: -43.3373718 },
    });
  });

  test('has its country in three letters, and no name cut to three', () => {
    expect(addressOf({ country: 'bra' })?.country).toBe('BRA');
    for (const country of ['Germany', 'BR', '']) {
      expect(() => addressOf({ country })).toThrow(
        expect.objectContaining({ detail: { pointers: ['/recipient/address/country'] } }),
      );
    }
  });

  test.each([[[]], [null], [[-43.3]], [[-43.3, null]], [['-43.3', '-23']], [[-23, -143]], ['here']])(
    'has no place on earth for %j',
    (geoCoordinates) => expect(addressOf({ geoCoordinates })).not.toHaveProperty('location'),
  );

  test('is cut between characters where a partner would take no more', () => {
    const long = '🏠'.repeat(300);
    const address = addressOf({ street: `x${long}`, city: `x${long}`, state: null, complement: long, reference: long });
    expect(address).toMatchObject({
      street: `x${'🏠'.repeat(99)}`,
      city: `x${'🏠'.repeat(59)}`,
      state: `x${'🏠'.repeat(29)}`,
      complement: '🏠'.repeat(100),
    });
  });
});
