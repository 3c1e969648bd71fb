/** One end of a service's way. */
export interface ServicePlace {
  name: string | null;
  phone: string | null;
  email: string | null;
  address: string | null;
  addressComplement: string | null;
  number: string | null;
  neighborhood: string | null;
  reference: string | null;
  zipCode: string | null;
  city: string | null;
  state: string | null;
  country: string | null;
  location: { latitude: number; longitude: number } | null;
  /** When it is to be there (an instant): picked up, or delivered. */
  at: string | null;
  window: { from: string | null; until: string | null };
  /** Of the receiver: who takes it, and by which document he is known. */
  contactName: string | null;
  identification: string | null;
}

export interface ServiceItem {
  id: string | null;
  name: string | null;
  ean: string | null;
  refId: string | null;
  quantity: number | null;
  /** As it was sent: what unit it has, nobody documents without contradiction. */
  price: number | null;
  weightGrams: number | null;
}

export interface ServicePackage {
  id: string;
  description: string | null;
  /** Null for a weight that cannot be read. */
  weightGrams: number | null;
  /** Centimetres. */
  dimensions: { height: number | null; length: number | null; width: number | null };
  totalValue: number | null;
  categories: readonly string[];
  items: readonly ServiceItem[];
}

/** What a platform asks a carrier to do, as it is read from the request. Holds persons: it is sealed where it lies. */
export interface ServiceRequest {
  orderId: string;
  carrierId: string;
  seller: string | null;
  type: string | null;
  carrierServiceType: string | null;
  paymentMethod: string | null;
  comments: string | null;
  orderValue: number | null;
  /** The zone's name; its offset comes in minutes or hours, of either sign, and is not believed. */
  timezone: string | null;
  sender: ServicePlace;
  receiver: ServicePlace;
  packages: readonly ServicePackage[];
}
