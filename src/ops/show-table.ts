import { html } from 'hono/html';
import type { Html } from './define-page.ts';

interface Table {
  caption: string | Html;
  /** For those who look at the page the heading above it says it already. */
  hidesCaption?: true;
  /** A head that begins with # is over numbers. */
  heads: readonly string[];
  rows: readonly Html[];
  /** What can be done where there are no rows. */
  empty?: Html;
}

/** A list as a table: it scrolls by itself where the window is narrow, and is read aloud with its caption and heads. */
export const showTable = ({ caption, hidesCaption, heads, rows, empty }: Table): Html =>
  rows.length === 0 && empty !== undefined
    ? html`<div class="card empty">${empty}</div>`
    : html`<div
        class="scroll"
        tabindex="0"
        role="region"
        aria-label="${typeof caption === 'string' ? caption : 'List'}"
      >
        <table>
          <caption class="${hidesCaption === true ? 'unseen' : ''}">
            ${caption}
          </caption>
          <thead>
            <tr>
              ${heads.map((head) => (head.startsWith('#') ? html`<th scope="col" class="number">${head.slice(1)}</th>` : html`<th scope="col">${head}</th>`))}
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>`;

/** Names and what they stand for; what is null is left out. */
export const showFacts = (facts: readonly (readonly [name: string, value: Html | string | number | null])[]): Html =>
  html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== null)
      .map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`;
