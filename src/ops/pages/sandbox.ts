import { html } from 'hono/html';
import * as z from 'zod';
import { SandboxStateSchema } from '../../ingress/routes/sandbox.ts';
import { defineGlobalPage, type Act, type Html, type Page, type PageCall } from '../define-page.ts';
import { faultPresets, partners, shares, toFaultRule } from '../sandbox/fault-presets.ts';
import { showInput, showSelect } from '../show-fields.ts';
import { showFacts, showTable } from '../show-table.ts';
import { toName } from '../who-fixes.ts';

type State = z.infer<typeof SandboxStateSchema>;

const misbehave: Act = {
  name: 'break',
  role: 'admin',
  uses: 'POST /v1/sandbox/faults',
  label: 'Break it',
  request: (form) => ({ body: toFaultRule(form) }),
  done: 'On. What it does to orders appears under Attention within seconds.',
};
const mend: Act = {
  name: 'mend',
  role: 'admin',
  uses: 'DELETE /v1/sandbox/faults',
  label: 'Mend everything',
  request: () => ({}),
  done: 'All partners behave again.',
};
const OrderSchema = z.looseObject({ orderId: z.string() });
const buy: Act = {
  name: 'buy',
  role: 'admin',
  uses: 'POST /v1/sandbox/orders',
  label: 'Place a demo order',
  request: ({ warehouseId = '' }) => ({ body: warehouseId === '' ? {} : { warehouseId } }),
  done: (answer) =>
    `A shopper bought ${OrderSchema.parse(answer).orderId} at VTEX. It appears under Orders in a moment.`,
};

const page = defineGlobalPage({
  path: '/sandbox',
  menu: 'Sandbox',
  role: 'admin',
  ofSandbox: true,
  reads: ['GET /v1/sandbox'],
  acts: [misbehave, mend, buy],
  async view(call) {
    const { api, form } = call;
    const state = await api.read('GET /v1/sandbox', SandboxStateSchema);
    const body = html`<div class="head">
        <div>
          <h1>Sandbox</h1>
          <p class="quiet">Simulated partners. Break them, and see what Packline does.</p>
        </div>
        <div class="acts">
          ${form(buy, { tone: 'primary', fields: showSelect({ name: 'warehouseId', label: 'Store', options: stores }) })}
        </div>
      </div>
      ${showRules(state, call)}
      <section class="card">
        <h2>Let a partner misbehave</h2>
        ${form(misbehave, {
          tone: 'danger',
          fields: html`${showSelect({ name: 'partner', label: 'Who', options: partners })}
          ${showSelect({ name: 'preset', label: 'What it does', options: faultPresets.map(({ name, words }) => [name, words] as const) })}
          ${showInput({ name: 'sku', label: 'Only calls with the SKU', max: 128 })}
          ${showSelect({ name: 'share', label: 'How often', options: shares })}
          ${showInput({ name: 'times', label: 'At most so many times', type: 'number' })}`,
        })}
      </section>
      <div class="columns">
        ${showCounts('What really happened at the partners', state.effects, 'Nothing yet. Place a demo order.')}
        <section class="card">
          <h2>How Packline called them</h2>
          ${showFacts([
            ['Requests', state.requestsTotal],
            ['Over a documented limit', state.violations],
          ])}
        </section>
        ${showCounts('Faults that were met', state.faults, 'None yet.')}
        ${showCounts('What they sent', state.counts, 'Nothing yet.')}
      </div>`;
    return { title: 'Sandbox', body, refreshSeconds: 3 };
  },
});

/** As the demo routes them. */
const stores = [
  ['store-1', 'store-1: Nash picks'],
  ['store-2', 'store-2: VTEX Pick and Pack picks'],
] as const;

/** A fault as the form names it, or as the API does where none of its is so. */
const wordsOf = ({ kind, ...rest }: State['rules'][number]['fault']): string => {
  const told = Object.entries(rest).filter(([, value]) => value !== false);
  const preset = faultPresets.find(({ fault }) => toComparable(fault) === toComparable({ kind, ...Object.fromEntries(told) })); // prettier-ignore
  return preset?.words ?? [kind, ...told.map(([name, value]) => `${name} ${String(value)}`)].join(', ');
};
const toComparable = (fault: object): string => JSON.stringify(Object.entries(fault).map(String).toSorted());

const matchedBy = (match: State['rules'][number]['match']): string =>
  Object.keys(match).length === 0
    ? 'everything'
    : Object.entries(match)
        .map(([name, value]) => (name === 'partner' ? toName(value) : `${name === 'sku' ? 'SKU' : name} ${value}`))
        .join(', ');

const showRules = ({ rules }: State, { form }: PageCall<unknown, unknown>): Html =>
  rules.length === 0
    ? html``
    : html`<div class="notice warn" role="status">
          <strong>${rules.length === 1 ? 'One fault is on' : `${rules.length} faults are on`}</strong>
          <p>${form(mend, { tone: 'primary' })}</p>
        </div>
        ${showTable({
          caption: 'Faults that are on',
          heads: ['What', 'Meets', 'How often', '#Applied'],
          rows: rules.map(
            ({ fault, applied, match, probability, times }) =>
              html`<tr>
                <th scope="row">${wordsOf(fault)}</th>
                <td>${matchedBy(match)}</td>
                <td>${probability * 100} %${times === undefined ? '' : `, ${times} times`}</td>
                <td class="number">${applied}</td>
              </tr>`,
          ),
        })}`;

const showCounts = (title: string, counts: Readonly<Record<string, number>>, none: string): Html =>
  html`<section class="card">
    <h2>${title}</h2>
    ${Object.keys(counts).length === 0 ? html`<p class="quiet">${none}</p>` : showFacts(Object.entries(counts).toSorted(([one], [other]) => one.localeCompare(other)))}
  </section>`;

export const sandboxPages: readonly Page[] = [page];
