import type { OrderInput } from '../../src/domain/order-input.ts';
import { deliveryBody, jobBody, packageBody } from '../fixtures/nash/payloads.ts';
import { sampleOrder } from '../support/sample-order.ts';
import { makePersons } from './canaries.ts';

/** Who ordered: one value for each personal field of `POST /v1/orders`. */
export const posted = makePersons({
  name: 'Zoë O’Kanarienvogel',
  phone: '+61 491 570 156',
  email: 'goldammer@nachtigallen.example',
  street: 'Rotkehlchenstraße "B" & Co',
  number: '17 Zaunkönighof',
  complement: 'Klingel Kuckucksruf, Türcode 4711#8',
  neighborhood: 'Amselviertel',
  city: 'Finkenstadt am Bach',
  state: 'Meisenland',
  postalCode: 'SPERLING-3053',
  latitude: '-37.81361234',
  longitude: '144.96301234',
  notes: 'Der Hund heißt Schwalbenflug',
  lineNotes: 'reif wie ein Pirolgesang',
  metadataKey: 'wiedehopfschluessel',
  metadataValue: 'Bachstelzenkarte 0815',
});
/** The same, after an amendment. */
const amended = makePersons({
  amendedName: 'Bärbel Wasseramsel',
  amendedPhone: '+61 491 571 804',
  amendedEmail: 'eisvogel@haubenmeise.example',
  amendedStreet: 'Eisvogelgasse 9',
  amendedNotes: 'Notiz vom Turmfalken',
});
/** Who ordered at VTEX, in every field of the document that may be about a person or a company. */
const shopper = makePersons({
  firstName: 'Mönchsgrasmücke',
  lastName: 'Haubentaucher',
  shopperEmail: 'rohrsaenger@feldlerche.example',
  shopperPhone: '+55 21 98765 4321',
  document: '98765432109',
  corporateName: 'Kormoranhandel Limitada',
  tradeName: 'Lachmöwenmarkt',
  corporateDocument: '73298164000157',
  stateInscription: 'IE-Rohrdommelnummer',
  corporatePhone: '+55 21 2345 6789',
  userProfileId: 'profil-uferschwalbe',
  followUpEmail: 'steinschmaetzer@drosselrohr.example',
  receiverName: 'Graureiherin Silberreiher',
  shopperStreet: 'Avenida Seeadlerhorst',
  shopperNumber: '99 Blaumeisennest',
  shopperComplement: 'Apto Steinkauzloch',
  reference: 'ao lado do Waldohreulenbaum',
  shopperNeighborhood: 'Bairro Kranichzug',
  shopperCity: 'Cidade Storchennest',
  shopperPostalCode: '22630-911',
  shopperLatitude: '-22.01058731',
  shopperLongitude: '-43.33737187',
  openText: 'Bitte den Wespenbussard grüßen',
});
/** What the merchant's courier tells of the way of a parcel. */
export const tracked = makePersons({
  trackedCity: 'Dohlenburg an der Elster',
  trackedState: 'Habichtswald',
  trackedDescription: 'bei Frau Wintergoldhähnchen abgegeben',
});
/** Who is named in what partners and subscribers say by themselves. */
export const named = makePersons({
  hookName: 'Neuntöterin Rotkopfwürger',
  hookPhone: '+61 491 573 770',
  hookStreet: 'Mauerseglerweg 33',
  hookCourier: 'Kurier Gartenbaumläufer',
  hookSignature: 'unterschrieben Sommergoldhähnchen',
  errorName: 'Fehlerfrau Bergpieperin',
  errorPhone: '+61 491 575 254',
  errorEmail: 'trauerschnaepper@fehler.example',
  answerName: 'Antwortfrau Bartmeisenfeder',
  answerPhone: '+61 491 579 760',
});
/** Who picks, and who drives. */
const working = makePersons({ picker: 'pflueckerin-bluthaenfling', courier: 'Fahrer Erlenzeisigmann' });
/** Who sends and receives what VTEX Last Mile wants carried, and why it changes its mind. */
export const carried = makePersons({
  sender: 'Absenderin Zaungrasmücke',
  receiver: 'Empfängerin Gelbspötter',
  receiverPhone: '+57 424 080 7147',
  receiverStreet: 'Calle Trauerschnäpper 12',
  identification: '95419332670',
  comments: 'bei Wanderfalkenhof klingeln',
  reason: 'Frau Ringeltaubenruf ist verreist',
});
export const { values: atWork } = working;
export const people = [posted, amended, shopper, tracked, named, working, carried].flatMap(({ canaries }) => canaries);
export const { values: errors } = named;

const latitude = Number(posted.values.latitude);
const longitude = Number(posted.values.longitude);

export function postedOrder(externalId: string, changes: Partial<OrderInput> = {}): OrderInput {
  const { name, phone, email, notes, lineNotes, metadataKey, metadataValue } = posted.values;
  const { street, number, complement, neighborhood, city, state, postalCode } = posted.values;
  const order = sampleOrder({ externalId });
  return {
    ...order,
    recipient: {
      name,
      phone,
      email,
      address: {
        street,
        number,
        complement,
        neighborhood,
        city,
        state,
        postalCode,
        country: 'AUS',
        location: { latitude, longitude },
      },
    },
    lines: order.lines.map((line, index) => (index === 0 ? { ...line, notes: lineNotes } : line)),
    notes,
    metadata: { [metadataKey]: metadataValue },
    ...changes,
  };
}

export function amendment(externalId: string): Record<string, unknown> {
  const { amendedName: name, amendedPhone: phone, amendedEmail: email, amendedStreet: street } = amended.values;
  const { recipient } = postedOrder(externalId);
  return {
    recipient: { ...recipient, name, phone, email, address: { ...recipient.address, street } },
    notes: amended.values.amendedNotes,
  };
}

/** A shopper's order for the sandbox's VTEX. */
export function shoppedOrder(warehouseId: string): Record<string, unknown> {
  const { values } = shopper;
  return {
    warehouseId,
    address: {
      receiverName: values.receiverName,
      street: values.shopperStreet,
      number: values.shopperNumber,
      complement: values.shopperComplement,
      reference: values.reference,
      neighborhood: values.shopperNeighborhood,
      city: values.shopperCity,
      postalCode: values.shopperPostalCode,
      geoCoordinates: [Number(values.shopperLongitude), Number(values.shopperLatitude)],
    },
    doc: {
      followUpEmail: values.followUpEmail,
      openTextField: { value: values.openText },
      clientProfileData: {
        email: values.shopperEmail,
        firstName: values.firstName,
        lastName: values.lastName,
        documentType: 'cpf',
        document: values.document,
        phone: values.shopperPhone,
        corporateName: values.corporateName,
        tradeName: values.tradeName,
        corporateDocument: values.corporateDocument,
        stateInscription: values.stateInscription,
        corporatePhone: values.corporatePhone,
        isCorporate: true,
        userProfileId: values.userProfileId,
      },
    },
  };
}

/** A hook of Nash about an order, with a person wherever its documents show one, and where they do not. */
export function nashHook(externalIdentifier: string): string {
  const { hookName, hookPhone, hookStreet, hookCourier, hookSignature } = named.values;
  const place = { firstName: hookName, phoneNumber: hookPhone, address: hookStreet, instructions: hookName };
  const delivery = {
    ...deliveryBody({ status: 'assigned_driver', history: [], picks: null }),
    courierName: hookCourier,
    courierPhoneNumber: hookPhone,
    proofOfDelivery: { signature: hookSignature, recipientName: hookName },
  };
  const dropoff = { dropoffLocation: place, dropoffContactName: hookName, customer: { name: hookName } };
  const job = jobBody({
    deliveries: [delivery],
    package: packageBody({ externalIdentifier, ...dropoff }),
    changes: { externalIdentifier, jobMetadata: { customer: hookName }, [hookName]: hookPhone },
  });
  return JSON.stringify({ type: 'delivery', event: 'assigned_driver', data: job, customer: hookName });
}

/** Facts that a hook of VTEX has no field for. */
export const strayFacts = (): Record<string, unknown> => ({
  customer: { name: named.values.hookName, phone: named.values.hookPhone },
  [named.values.hookStreet]: named.values.hookCourier,
});
