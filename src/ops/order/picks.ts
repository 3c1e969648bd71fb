import { html } from 'hono/html';
import type * as z from 'zod';
import type { OrderView } from '../../ingress/views/order-view.ts';
import { PageSchema } from '../../ingress/views/page.ts';
import { PickedItemSchema } from '../../ingress/views/picked-item-view.ts';
import { SettlementSchema } from '../../ingress/views/settlement-view.ts';
import type { Html } from '../define-page.ts';
import { toAmount, toWeight, toWords } from '../show-amount.ts';

export const PicksSchema = PageSchema(PickedItemSchema).extend({ settlement: SettlementSchema });
type Picks = z.infer<typeof PicksSchema>;
type SettledLine = Picks['settlement']['lines'][number];

/** What was asked for beside what is in the bag, and each difference. */
export function showPicks({ lines, currency }: OrderView, { data, settlement }: Picks): Html {
  const isBegun = data.length > 0;
  const settled = new Map(settlement.lines.map((line) => [line.lineId, line]));
  const differences = (lineId: string | null, sku?: string): Html[] =>
    settlement.differences
      .filter((one) => one.lineId === lineId && (sku === undefined || one.sku === sku))
      .map(({ code, tolerated }) => html`<span class="badge ${tolerated ? 'warn' : 'bad'}">${toWords(code)}</span> `);
  const rows = lines.map(({ id, name, sku, quantity, requestedWeightGrams }) => {
    const line = settled.get(id);
    const substitutes = data.filter((item) => item.lineId === id && item.sku !== item.requested_sku);
    return html`<tr>
      <th scope="row">${name}<br /><span class="id quiet">${sku}</span></th>
      <td class="number">
        ${quantity}${requestedWeightGrams === undefined ? '' : html`<br /><span class="quiet">${toWeight(requestedWeightGrams)}</span>`}
      </td>
      <td class="number">
        ${isBegun && line !== undefined ? html`${line.pickedQuantity}<br /><span class="quiet">${toWeight(line.weightGrams)}</span>` : ''}
      </td>
      <td>
        ${substitutes.map(({ name: taken, sku: takenSku, quantity: units }) => html`${units} × ${taken} <span class="id quiet">${takenSku}</span><br />`)}
      </td>
      <td class="number">${showPrice(line, currency, isBegun)}</td>
      <td>${isBegun ? differences(id) : ''}</td>
    </tr>`;
  });
  const additions = settlement.additions.map(
    ({ name, sku, quantity, weightGrams, priceMinor }) =>
      html`<tr class="changed">
        <th scope="row">${name}<br /><span class="id quiet">${sku}</span></th>
        <td class="number">0</td>
        <td class="number">${quantity}<br /><span class="quiet">${toWeight(weightGrams)}</span></td>
        <td></td>
        <td class="number">${toAmount(priceMinor, currency)}</td>
        <td>${differences(null, sku)}</td>
      </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Asked for and picked">
    <table>
      <caption>
        Asked for and picked ${isBegun ? '' : html`<span class="quiet">nothing was picked yet</span>`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col" class="number">Asked</th>
          <th scope="col" class="number">Picked</th>
          <th scope="col">Instead</th>
          <th scope="col" class="number">${currency}</th>
          <th scope="col">Differs</th>
        </tr>
      </thead>
      <tbody>
        ${rows}${additions}
      </tbody>
    </table>
  </div>`;
}

function showPrice(line: SettledLine | undefined, currency: string, isBegun: boolean): Html {
  if (line === undefined) return html``;
  const [asked, charged] = [toAmount(line.requestedMinor, currency), toAmount(line.priceMinor, currency)];
  return !isBegun || asked === charged ? html`${asked}` : html`<s class="quiet">${asked}</s> ${charged}`;
}
