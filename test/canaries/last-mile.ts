import { createServiceBody } from '../fixtures/vtex-last-mile/payloads.ts';
import type { Acts, World } from './acts.ts';
import { carried } from './people.ts';
import { tokenOf } from './secrets.ts';

/** VTEX asks for a delivery, and for all that it can ask; answers the id of the service. */
export async function askForService(
  { packline, secrets }: World,
  { must, owner }: Acts,
): Promise<Record<string, string>> {
  const { sender, receiver, receiverPhone, receiverStreet, identification, comments, reason } = carried.values;
  const body = createServiceBody({ comments });
  const rates = [{ price: 1, currency: 'COP', transitDays: 1 }];
  const inboundHeaders = [{ name: 'x-last-mile', value: secrets['lastMileHeader'] }];
  const carriers = [{ id: body.carrierId, name: 'A carrier', rates }];
  const settings = { account: 'echoshop', apiKey: secrets['lastMileKey'], carriers, inboundHeaders };
  const json = { connector: 'vtex-last-mile', name: 'Last Mile', settings };
  const made = await owner('POST /v1/connections', { json });
  const token = tokenOf(made.body['webhookUrl']);
  secrets['token of Last Mile'] = token;
  const call = (name: string, asked: unknown) =>
    must('partner', `POST /last-mile/{token}/${name}`, {
      params: { token },
      json: asked,
      headers: { 'x-last-mile': secrets['lastMileHeader'] ?? '' },
    });
  const asked = {
    ...body,
    sender: { ...body.sender, name: sender },
    receiver: { ...body.receiver, name: receiver, phone: receiverPhone, address: receiverStreet, identification },
  };
  const serviceId = String((await call('create-service', asked)).body['serviceId']);
  await call('rates', asked);
  await call('list-carriers', { settings: [{ key: 'k', label: 'k', value: 'v' }] });
  await call('pause-service', { serviceId, carrierId: body.carrierId, pause: false, reason });
  await call('cancel-service', { serviceId, carrierId: body.carrierId, reason });
  const headers = { 'packline-merchant': packline.merchantId };
  await must('operator', 'GET /v1/services/{serviceId}', { params: { serviceId }, headers });
  return { serviceId };
}
