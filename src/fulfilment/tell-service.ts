import type { Parcel } from '../domain/parcel.ts';
import { serviceNews } from '../queues/service-news.ts';
import type { StoreDeps } from '../store/deps.ts';
import { findServiceByNumber } from '../store/services.ts';

/** The service that a parcel's number is of hears how the parcel stands, and with it the platform. Told again, it changes nothing. */
export async function tellService(store: StoreDeps, { merchantId, number, status }: Parcel): Promise<void> {
  if (status === 'UNKNOWN') return;
  const found = await findServiceByNumber(store, merchantId, number);
  if (found !== null) await serviceNews(store, found.service.id, { status });
}
