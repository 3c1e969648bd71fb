import type { PnpOrder } from './pnp-order.ts';

/** `GET /facilities/{facilityId}`: the store whose warehouse an order is picked in. Nothing in it names the warehouse. */
export const toFacility = ({ facilityId, warehouseId }: PnpOrder) => ({
  id: facilityId,
  name: `Store ${warehouseId}`,
  address: 'Rua Exemplo',
  number: '1',
  addressComplement: '',
  neighborhood: 'Centro',
  city: 'Rio de Janeiro',
  state: 'RJ',
  country: 'BRA',
  postalCode: '20010-000',
  reference: '',
  location: { latitude: -22.9, longitude: -43.2 },
  contactInformation: { name: 'Store', email: 'store@example.com', phone: '+552100000000' },
});
