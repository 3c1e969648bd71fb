import { makeStrays } from './canaries.ts';
import type { Recorder, Sent } from './recorder.ts';

/** What somebody typed, or pasted, into the wrong place. Keys are printable ASCII: they travel in headers. */
const strays = makeStrays({
  unknownField: 'unbekanntesFeldMauerlaeufer',
  unknownParameter: 'parameterHeckenbraunelle',
  malformedJson: 'Kaputtes JSON der Sumpfohreule',
  wrongType: 'falscher Typ des Ziegenmelkers',
  wrongMedia: 'Formular der Uferschnepfe',
  pathWord: 'pfadwort-brachvogelmann',
  queryValue: 'abfrage:Kampflaeuferin',
  idempotencyKey: 'idem-Rotschenkelschluessel',
  badIdempotencyKey: 'idem Kiebitzschluessel mit Leerzeichen',
  wrongKey: 'pl_FlussregenpfeiferAusternfischerSaebelschnaebler',
  wrongBasic: 'Steinwaelzerin:Sandregenpfeifer',
  wrongMerchant: 'mer_Zwergstrandlaeuferin',
  wrongConnection: 'con_Alpenstrandlaeuferin',
  wrongRequestId: 'anfrage der Waldschnepfe',
  userAgent: 'Bekassinenbrowser/1.0',
  cookie: 'sitzung=Doppelschnepfenkeks',
});
export const strayCanaries = strays.canaries;
const { values } = strays;

const nested = { [values.unknownField]: values.wrongType, settings: { [values.unknownField]: values.wrongType } };

/** Requests that are wrong in every place in which a request can be, each with a word of its own there. */
const requests: readonly (Sent & { anonymous?: true; bodies?: 'only' })[] = [
  { headers: { authorization: `Bearer ${values.wrongKey}` }, anonymous: true },
  { headers: { authorization: `Basic ${Buffer.from(values.wrongBasic).toString('base64')}` }, anonymous: true },
  { headers: { 'packline-merchant': values.wrongMerchant, 'packline-connection': values.wrongConnection } },
  {
    headers: { 'user-agent': values.userAgent, cookie: values.cookie, referer: `https://x.example/${values.pathWord}` },
  },
  { headers: { 'x-request-id': values.wrongRequestId } },
  { query: `?${values.unknownParameter}=${encodeURIComponent(values.queryValue)}` },
  { query: `?cursor=${encodeURIComponent(values.queryValue)}&limit=${encodeURIComponent(values.queryValue)}` },
  { json: nested, headers: { 'idempotency-key': values.idempotencyKey }, bodies: 'only' },
  { json: {}, headers: { 'idempotency-key': values.badIdempotencyKey }, bodies: 'only' },
  { json: [values.wrongType], bodies: 'only' },
  { json: values.wrongType, bodies: 'only' },
  { raw: `{"name": "${values.malformedJson}"`, bodies: 'only' },
  {
    raw: `name=${values.wrongMedia}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    bodies: 'only',
  },
];

/** Sends every wrong request to an operation, with its ids as they are and with words in their place. */
export async function sendStrays(
  { send }: Recorder,
  who: 'owner' | 'operator',
  operation: string,
  ids: Readonly<Record<string, string>>,
): Promise<void> {
  // prettier-ignore
  const hasBody = !/^(?:GET|DELETE) /.test(operation);
  const words = Object.fromEntries(Object.keys(ids).map((name) => [name, values.pathWord]));
  const fitting = requests.filter(({ bodies }) => hasBody || bodies !== 'only');
  await Promise.all(
    fitting.map(({ anonymous, bodies: _, ...request }) =>
      send(anonymous === true ? 'nobody' : who, operation, { ...request, params: anonymous === true ? words : ids }),
    ),
  );
  if (operation.includes('{')) await send(who, operation, { params: words, ...(hasBody ? { json: {} } : {}) });
}

/** A body that is wrong in each of its known fields at once. */
export const wrongFields = (fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(fields.map((name) => [name, { [values.unknownField]: values.wrongType }]));

export const strayPath = `/v1/${values.pathWord}?${values.unknownParameter}=${encodeURIComponent(values.queryValue)}`;
