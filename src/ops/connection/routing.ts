import { html } from 'hono/html';
import * as z from 'zod';
import type { ConnectionView } from '../../ingress/views/connection-view.ts';
import type { Act, Html, PageCall } from '../define-page.ts';

type Rule = ConnectionView['routing'][number];

const RulesSchema = z.array(z.record(z.string(), z.array(z.string()))).catch([]);
const listOf = (text = ''): string[] => text.split(/[\n,]/).map((one) => one.trim()).filter((one) => one !== ''); // prettier-ignore

/** The rules that stay, as the form was given them, and the one that was filled in. */
function readRules(form: Readonly<Record<string, string>>): unknown[] {
  const kept = RulesSchema.parse(parse(form['rules'] ?? '[]'));
  if (form['adds'] !== 'true') return kept;
  const lists = {
    storeLocationIds: listOf(form['stores']),
    channels: listOf(form['channels']),
    connections: listOf(form['source']),
  };
  return [...kept, Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return [];
  }
}

export const route: Act = {
  name: 'route',
  role: 'operator',
  uses: 'PATCH /v1/connections/:connectionId',
  label: 'Add the rule',
  request: (form, { connectionId = '' }) => ({ params: { connectionId }, body: { routing: readRules(form) } }),
  done: 'The rules are saved. Orders that waited for a route are looked at again.',
};

interface RoutingParts {
  connection: ConnectionView;
  /** The merchant's others. */
  connections: readonly ConnectionView[];
  form: PageCall<unknown, unknown>['form'];
}

/** Which orders go there: one that any of the rules takes. */
export function showRouting({ connection: { kind, routing }, connections, form }: RoutingParts): Html {
  if (kind !== 'fulfilment') return html``;
  const names = new Map([['generic', 'API'], ...connections.map(({ id, name }) => [id, name] as const)]);
  const without = (at: number): string => JSON.stringify(routing.filter((_, index) => index !== at));
  return html`<section class="card">
    <h2>Routing</h2>
    ${
      routing.length === 0
        ? html`<p class="quiet">No rule: it takes no orders.</p>`
        : html`<ul class="rules">
            ${routing.map((rule, at) => html`<li>${toSentence(rule, names)} ${form(route, { label: 'Remove', hidden: { rules: without(at) } })}</li>`)}
          </ul>`
    }
    <details>
      <summary>Add a rule</summary>
      ${form(route, {
        hidden: { rules: JSON.stringify(routing), adds: 'true' },
        fields: html`<div class="field">
            <label for="source">Orders of</label>
            <select id="source" name="source">
              <option value="">All</option>
              <option value="generic">API</option>
              ${connections.filter((one) => one.kind === 'oms').map(({ id, name }) => html`<option value="${id}">${name}</option>`)}
            </select>
          </div>
          <div class="field">
            <label for="stores">Stores <span class="quiet">optional</span></label>
            <input id="stores" name="stores" autocomplete="off" />
            <small>With commas between; none: all</small>
          </div>
          <div class="field">
            <label for="channels">Channels <span class="quiet">optional</span></label>
            <input id="channels" name="channels" autocomplete="off" />
          </div>`,
      })}
    </details>
  </section>`;
}

function toSentence({ storeLocationIds, channels, connections }: Rule, names: ReadonlyMap<string, string>): string {
  const parts = [
    connections === undefined ? 'All orders' : `Orders of ${connections.map((id) => names.get(id) ?? id).join(', ')}`,
    ...(storeLocationIds === undefined ? [] : [`for ${storeLocationIds.join(', ')}`]),
    ...(channels === undefined ? [] : [`through ${channels.join(', ')}`]),
  ];
  return parts.join(' ');
}
