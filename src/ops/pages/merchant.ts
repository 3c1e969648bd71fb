import { html } from 'hono/html';
import * as z from 'zod';
import { IdSchema } from '../../domain/ids.ts';
import { MerchantViewSchema } from '../../ingress/routes/merchants.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { apiKeyScopes } from '../../store/merchants.ts';
import { defineGlobalPage, type Act, type Html, type Page, type PageCall } from '../define-page.ts';
import { showCheck, showFolded, showInput } from '../show-fields.ts';
import { showSecret } from '../show-secret.ts';
import { showTable } from '../show-table.ts';
import { showTime } from '../show-time.ts';

/** `merchantId` is the console's own word for the merchant that a page is about. */
const params = z.object({ ownerId: IdSchema('merchant') });
type Call = PageCall<z.infer<typeof params>, unknown>;
const toMerchant = ({ ownerId = '' }: Readonly<Record<string, string>>) => ({ merchantId: ownerId });

const KeySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  carrier: z.string().optional(),
  prefix: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
type Key = z.infer<typeof KeySchema>;
const NewKeySchema = z.looseObject({ key: z.string() });

const rename: Act = {
  name: 'rename',
  role: 'admin',
  uses: 'PATCH /v1/merchants/:merchantId',
  label: 'Rename',
  request: ({ name = '' }, given) => ({ params: toMerchant(given), body: { name: name.trim() } }),
  done: 'Renamed.',
};
const make: Act = {
  name: 'make-key',
  role: 'admin',
  uses: 'POST /v1/merchants/:merchantId/api-keys',
  label: 'Make the key',
  request: ({ keyName = '', carrier = '', ...form }, given) => ({
    params: toMerchant(given),
    body: {
      name: keyName.trim(),
      scopes: apiKeyScopes.filter((one) => form[`scope:${one}`] === 'yes'),
      ...(carrier.trim() === '' ? {} : { carrier: carrier.trim() }),
    },
  }),
  done: 'Made.',
  shows: (answer) =>
    showSecret({
      title: 'This is the key, shown this once',
      secret: NewKeySchema.parse(answer).key,
      hint: 'Programs send it as Authorization: Bearer. Whoever has it may do what its scopes allow.',
    }),
};
const revoke: Act = {
  name: 'revoke',
  role: 'admin',
  uses: 'DELETE /v1/merchants/:merchantId/api-keys/:keyId',
  label: 'Revoke for good',
  request: ({ keyId = '' }, given) => ({ params: { ...toMerchant(given), keyId } }),
  done: 'Revoked. Other processes may take the key for up to 2 seconds more.',
};

const page = defineGlobalPage({
  path: '/settings/merchants/:ownerId',
  role: 'admin',
  params,
  reads: ['GET /v1/merchants/:merchantId', 'GET /v1/merchants/:merchantId/api-keys'],
  acts: [rename, make, revoke],
  async view(call) {
    const { api, nowMs, params: given } = call;
    const request = { params: toMerchant(given) };
    const [merchant, { data: keys }] = await Promise.all([
      api.read('GET /v1/merchants/:merchantId', MerchantViewSchema, request),
      api.read('GET /v1/merchants/:merchantId/api-keys', PageSchema(KeySchema), request),
    ]);
    const body = html`<div class="head">
        <div>
          <p class="quiet"><a href="/ops/settings">Settings</a></p>
          <h1>${merchant.name}</h1>
          <p class="quiet"><span class="id">${merchant.id}</span>, made ${showTime(merchant.createdAt, nowMs)}</p>
        </div>
        ${showActs(call, merchant.name)}
      </div>
      ${showTable({
        caption: 'API keys',
        heads: ['Key', 'Begins with', 'May', 'Made', 'Last used', 'Revoke'],
        rows: keys.map((key) => showKey(key, call)),
        empty: html`<h2>No API key yet</h2>
          <p>The merchant’s programs need one. Make it with <strong>New key…</strong> above; it is shown once.</p>`,
      })}`;
    return { title: merchant.name, body };
  },
});

const scopeWords: Readonly<Record<(typeof apiKeyScopes)[number], string>> = {
  read: 'read: looks',
  operate: 'operate: looks and acts',
  carrier: 'carrier: tells of parcels',
  admin: 'admin: everything, other merchants too',
};

const showActs = ({ form, refusal }: Call, name: string): Html => {
  const typed = refusal?.act === make.name ? refusal.form : undefined;
  return html`<div class="acts">
    ${showFolded(
      'New key…',
      form(make, {
        tone: 'primary',
        fields: html`<div class="fields">
          ${showInput({ name: 'keyName', label: 'What uses it', required: true, max: 120, value: typed?.['keyName'] })}
          <fieldset>
            <legend>May</legend>
            ${apiKeyScopes.map((one) => showCheck(`scope:${one}`, scopeWords[one], typed === undefined ? one === 'read' : typed[`scope:${one}`] === 'yes'))}
          </fieldset>
          ${showInput({ name: 'carrier', label: 'Only for this carrier', max: 60, value: typed?.['carrier'], hint: 'For a key of the scope carrier; empty: any.' })}
        </div>`,
      }),
      typed !== undefined,
    )}
    ${showFolded('Rename…', form(rename, { fields: showInput({ name: 'name', label: 'Name', required: true, max: 120, value: name }) }))}
  </div>`;
};

const showKey = ({ id, name, scopes, carrier, prefix, createdAt, lastUsedAt }: Key, { form, nowMs }: Call): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td><code>${prefix}…</code></td>
    <td>${scopes.join(', ')}${carrier === undefined ? '' : html` <span class="quiet">of ${carrier}</span>`}</td>
    <td>${showTime(createdAt, nowMs)}</td>
    <td>${showTime(lastUsedAt, nowMs)}</td>
    <td>
      <details>
        <summary>Revoke<span class="unseen"> ${name}</span>…</summary>
        ${form(revoke, { hidden: { keyId: id }, tone: 'danger' })}
        <p class="quiet">Programs that use it are refused at once.</p>
      </details>
    </td>
  </tr>`;

export const merchantPages: readonly Page[] = [page];
