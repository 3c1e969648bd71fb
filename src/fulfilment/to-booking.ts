import type { BookedPlace, ServiceToBook } from '../connectors/carriers/port.ts';
import type { ServicePlace, ServiceRequest } from '../domain/service-request.ts';

/** A service as a carrier's booking call takes it. `reference` is our own id: the same one twice is the same booking. */
export const toBooking = (reference: string, { sender, receiver, packages }: ServiceRequest): ServiceToBook => ({
  reference,
  pickup: toPlace(sender),
  dropoff: toPlace(receiver),
  parcels: packages.map(({ id, weightGrams }) => ({ reference: id, weightGrams })),
});

/** The number stands in the address at times, and beside it at others: it is not written twice. */
function toPlace({
  name,
  contactName,
  phone,
  address,
  number,
  addressComplement,
  neighborhood,
  reference,
  zipCode,
  city,
  state,
  country,
  at,
  window,
}: ServicePlace): BookedPlace {
  // prettier-ignore
  const isIn = number === null || (address ?? '').split(/\W+/).includes(number);
  const street = [address, isIn ? null : number].filter((part) => part !== null).join(' ');
  return {
    name: name ?? contactName ?? '',
    phone,
    addressLines: [street, addressComplement, neighborhood, reference].flatMap((line) => line || []),
    postalCode: zipCode,
    city,
    state,
    country: country ?? '',
    window: { from: window.from ?? at, until: window.until ?? at },
  };
}
