import { html } from 'hono/html';
import type { Html } from './define-page.ts';

/** Something that is shown this once. It stands in the page's body and nowhere else: in no address and no cookie. */
export const showSecret = ({ title, secret, hint }: { title: string; secret: string; hint: Html | string }): Html =>
  html`<div class="notice good" role="status">
    <strong>${title}</strong>
    <code class="secret">${secret}</code>
    <p>${hint}</p>
  </div>`;
