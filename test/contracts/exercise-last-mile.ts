import { randomUUID } from 'node:crypto';
import {
  toCancelAnswer,
  toPauseAnswer,
  toRatesAnswer,
  toServiceAnswer,
} from '../../src/connectors/last-mile/vtex-last-mile/answers.ts';
import { LastMileClient } from '../../src/connectors/last-mile/vtex-last-mile/client.ts';
import { vtexLastMile } from '../../src/connectors/last-mile/vtex-last-mile/index.ts';
import { toServiceRequest, toServiceThere } from '../../src/connectors/last-mile/vtex-last-mile/mapper.ts';
import { VtexLastMileSettingsSchema } from '../../src/connectors/last-mile/vtex-last-mile/settings.ts';
import { Tokens } from '../../src/connectors/vendor/vtex/tokens.ts';
import type { ConnectorIo } from '../../src/connectors/io.ts';
import { makeService, type Service } from '../../src/domain/service.ts';
import { sampleRequest } from '../../src/sandbox/vtex-last-mile/sample-request.ts';
import { answerAsCarrier } from './carrier-door.ts';
import { titles } from './operations.ts';
import { refused, type Exercise, type SandboxStage, type Stage } from './stage.ts';
import { tokenReply } from './token-reply.ts';

const account = 'demomarket';
const apiKey = `${'0123456789abcdef'.repeat(2)}:${'fedcba9876543210'.repeat(8)}`;
const settingsOf = ({ urls }: Stage, changes: Record<string, unknown> = {}) =>
  VtexLastMileSettingsSchema.parse({
    account,
    apiKey,
    apiBaseUrl: urls.lastMile,
    authBaseUrl: urls.pickAndPackAuth,
    ...changes,
  });
const tokens = () => new Tokens('vtex-last-mile');
const agent = { id: '27327489234', name: 'Pedro', identification: '020323809', phone: '+57314855674', email: 'pedro@carrier.example', vehicle: 'SCOOTER' } as const; // prettier-ignore
const ref = { carrierId: 'MTEyMjMtQWZ0ZXJTaGlwLWRldmVsb3BtZW50', serviceId: '78c83922-d658-48bf-89d5-0658a6a94e27' };
const why = { comment: 'The delivery address was changed', type: 'OTHER' } as const;
const note = { type: 'COMMENT', note: 'The package was picked up', author: 'Oscar Rojas' };
const evidence = { type: 'TEXT', content: 'The package was delivered', author: 'Felipe Cardenas' };
const label = (id: string) => ({ id, url: 'https://labels.example/1.pdf', name: 'Delivery label', type: 'PDF' });

const read = toServiceRequest(sampleRequest({}));
if (!('request' in read)) throw new Error('the documented request is not understood');
const { request } = read;
const serviceOf = (changes: Partial<Service> = {}): Service => ({
  ...makeService({
    id: 'svc_01jd3xk5q8h2v4m6n7p9r0stwz',
    merchantId: 'mer',
    connectionId: 'con',
    carrierConnectionId: null,
    request,
    shippingPrice: null,
    at: '2026-01-15T00:00:00.000Z',
  }),
  ...changes,
});
const known = serviceOf({
  shippingPrice: 284.02,
  shippingEstimatedDate: '2026-01-16T00:00:00.000Z',
  trackingUrl: 'https://carrier.example/1',
  totalDistanceTraveled: 2,
  rating: 5,
});
const updateOf = (stage: Stage, service: Service) => {
  const telling = vtexLastMile.tell(service, { agent, comment: null }, settingsOf(stage));
  return telling.by === 'update' ? telling.body : {};
};

const rate = { price: 284.02, currency: 'USD', transitDays: 2 };
const carrier = { id: request.carrierId, name: 'Servientrega', rates: [rate] };

export const lastMile: Exercise = {
  connector: 'vtex-last-mile',
  document: titles.lastMile,
  apis: ['lastMile', 'pickAndPackAuth'],
  atSandbox,
  readings: [
    {
      operation: 'POST /token',
      read: (stage) => tokens().get(settingsOf(stage, { account: 'lastmile' }), stage.io),
    },
    {
      operation: 'GET /{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, async (client) => toServiceThere((await client.getService(ref)).data)),
    },
    {
      operation: 'PATCH /{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.updateService(ref, updateOf(stage, known))),
    },
    {
      operation: 'POST /notes/{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.addNotes(ref, [note])),
    },
    {
      operation: 'POST /evidences/{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.addEvidences(ref, [evidence])),
    },
    {
      operation: 'POST /labels/{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.addLabel(ref, label('1'))),
    },
    {
      operation: 'POST /cancel/{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.cancelService(ref, why)),
    },
    {
      operation: 'POST /on-hold/{carrierId}/{serviceId}',
      read: (stage) => withToken(stage, (client) => client.holdService(ref, why)),
    },
  ],
  // What VTEX calls us with, and what it is answered.
  served: [
    { schema: 'CreateServiceBody', body: sampleRequest({}) },
    { schema: 'ResponseService', body: toServiceAnswer(serviceOf(), []) },
    { schema: 'ResponseService', body: toServiceAnswer(known, [label('1')]) },
    { schema: 'CancelServiceResponse', body: toCancelAnswer(known, 'Changed my mind') },
    { schema: 'PauseResumeServiceResponse', body: toPauseAnswer(known, false, 'Changed my mind') },
    { schema: 'ServiceBody', body: toRatesAnswer(request, carrier, rate, Date.UTC(2026, 0, 15)) },
  ],
};

/** The token is of our own making, so that what the mock was told to answer is answered to the call that it is about. */
function withToken<T>(stage: Stage, use: (client: LastMileClient) => Promise<T>): Promise<T> {
  const given: ConnectorIo = {
    ...stage.io,
    call: (call) => (call.operation === 'token.create' ? Promise.resolve(tokenReply(account)) : stage.io.call(call)),
  };
  // A key of its own: what a token was refused for is forgotten.
  return use(new LastMileClient(settingsOf(stage, { apiKey: randomUUID() }), given));
}

async function atSandbox(stage: SandboxStage): Promise<void> {
  const { control, io } = stage;
  const door = await answerAsCarrier((id) => toServiceAnswer(serviceOf({ id }), []));
  try {
    const { answers } = await control('POST', '/vtex-last-mile/services', { account, url: door.url });
    if (!Array.isArray(answers)) throw new Error('VTEX did not ask');
    const client = new LastMileClient(settingsOf(stage), io);
    const created = { carrierId: request.carrierId, serviceId: door.lastId() };
    await vtexLastMile.connect(settingsOf(stage), io).test();
    for (const status of ['ASSIGNED', 'PENDING', 'PICKED', 'ON_ROUTE', 'INCIDENT', 'DELIVERED'] as const) {
      await client.updateService(created, updateOf(stage, { ...known, status }));
      await client.getService(created);
    }
    await client.updateService(created, updateOf(stage, serviceOf()));
    await client.addNotes(created, [note]);
    await client.addEvidences(created, [evidence]);
    await client.addLabel(created, label('1'));
    await client.holdService(created, why);
    await client.cancelService(created, why);
    await client.getService(created);
    await control('POST', '/vtex-pick-and-pack/tokens/expire');
    await refused(client.getService(ref));
    await refused(client.updateService(ref, updateOf(stage, known)));
    await refused(client.addNotes(ref, [note]));
    await refused(client.addEvidences(ref, [evidence]));
    await refused(client.addLabel(ref, label('1')));
    await refused(client.cancelService(ref, why));
    await refused(client.holdService(ref, why));
  } finally {
    await door.close();
  }
}
