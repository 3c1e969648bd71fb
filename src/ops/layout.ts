import { html } from 'hono/html';
import type { Merchant } from '../store/merchants.ts';
import type { User } from '../store/users.ts';
import { assetPath } from './assets.ts';
import type { Html } from './define-page.ts';
import type { Said } from './session-cookie.ts';

export interface MenuEntry {
  href: string;
  words: string;
  isHere: boolean;
}

/** Somebody who is logged in, and where they are. */
export interface Frame {
  user: User;
  menu: readonly MenuEntry[];
  merchants: readonly Merchant[];
  /** The one that the page is about, or was looked at last. */
  merchant: Merchant | null;
  /** What became of the act before. */
  said?: Said | undefined;
  /** The path of the page, where it is in the menu: another merchant's is opened in its place. */
  place: string | null;
}

/** What of a page changes in place while it is open. */
export interface RefreshParts {
  title: string;
  body: Html;
  /** The page is asked for again under this address. `mark`: of what it shows, which need not be sent once more. */
  refresh?: { url: string; seconds: number; mark?: string } | undefined;
}

export interface LayoutParts extends RefreshParts {
  nonce: string;
  /** Null before the login. */
  frame: Frame | null;
  /** Something on it is fed by server-sent events. */
  isFed?: boolean | undefined;
  /** Without JavaScript too: the browser goes there by itself. Only for pages that nobody types into. */
  reload?: { url: string; seconds: number } | undefined;
}

/** Details stay as somebody opened them when the page is refreshed beneath them. */
const htmxConfig = JSON.stringify({
  morphIgnore: ['data-htmx-powered', 'open'],
  includeIndicatorCSS: false,
  history: false,
  defaultTimeout: 10_000,
});

export const makeDocument = ({ title, body, nonce, frame, refresh, reload, isFed }: LayoutParts): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content="${htmxConfig}" />
        ${reload === undefined ? '' : html`<meta http-equiv="refresh" content="${reload.seconds}; url=${reload.url}" />`}
        <title>${toTitle(title)}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${assetPath('console.css')}" />
        <script src="${assetPath('htmx.js')}" nonce="${nonce}" defer></script>
        ${isFed === true ? html`<script src="${assetPath('hx-sse.js')}" nonce="${nonce}" defer></script>` : ''}
        <script src="${assetPath('console.js')}" nonce="${nonce}" defer></script>
      </head>
      <body class="${frame === null ? 'alone' : 'framed'}">
        <a class="skip" href="#main">Skip to the page</a>
        ${frame === null ? '' : makeFrame(frame)}
        <div id="lost" class="notice bad" role="status" hidden>
          <strong>No connection to Packline.</strong> What you see may be old. Trying again.
        </div>
        <main id="main" tabindex="-1">
          ${frame?.said === undefined ? '' : html`<div class="notice ${frame.said.isBad ? 'bad' : 'good'}" role="status">${frame.said.words}</div>`}
          ${makeLive(body, refresh)}
        </main>
      </body>
    </html>`;

/** In which an open page says what it shows. */
export const shownHeader = 'Packline-Shown';

const makeLive = (body: Html, refresh: RefreshParts['refresh']): Html =>
  html`<div
    id="live"
    ${refresh === undefined ? '' : html`hx-get="${refresh.url}" hx-trigger="every ${refresh.seconds}s, end" hx-select="#live" hx-swap="outerMorph"`}
    ${refresh?.mark === undefined ? '' : html`hx-headers="${JSON.stringify({ [shownHeader]: refresh.mark })}"`}
  >
    ${body}
  </div>`;

export const makeRefresh = ({ title, body, refresh }: RefreshParts): Html =>
  html`<title>${toTitle(title)}</title> ${makeLive(body, refresh)}`;

const toTitle = (title: string): string => `${title} · Packline`;

const makeFrame = ({ user, menu, merchants, merchant, place }: Frame): Html =>
  html`<header class="bar">
      <a class="brand" href="/ops">Packline</a>
      ${makeSearch(merchant)} ${makePicker(merchants, merchant, place)}
      <details class="account">
        <summary>${user.name}</summary>
        <div class="card">
          <p class="quiet">Role: ${user.role}</p>
          <a href="/ops/account">Change password</a>
          <form method="post" action="/ops/logout"><button class="button">Log out</button></form>
        </div>
      </details>
    </header>
    <nav class="menu" aria-label="Pages">
      ${menu.map(({ href, words, isHere }) => html`<a href="${href}" ${isHere ? html`aria-current="page"` : ''}>${words}</a>`)}
    </nav>`;

const makeSearch = (merchant: Merchant | null): Html =>
  merchant === null
    ? html``
    : html`<form class="search" role="search" action="/ops/m/${merchant.id}/orders">
        <label class="unseen" for="search">Find by any id</label>
        <input
          id="search"
          type="search"
          name="q"
          placeholder="Find by any id"
          minlength="3"
          maxlength="200"
          autocomplete="off"
        />
        <kbd aria-hidden="true">/</kbd>
      </form>`;

/** With one merchant there is nothing to pick. */
const makePicker = (merchants: readonly Merchant[], merchant: Merchant | null, place: string | null): Html => {
  if (merchant === null) return html``;
  if (merchants.length === 1) return html`<span class="merchant" title="${merchant.name}">${merchant.name}</span>`;
  return html`<form class="picker" action="/ops/pick">
    <label class="unseen" for="merchant">Merchant</label>
    ${place === null ? '' : html`<input type="hidden" name="page" value="${place}" />`}
    <select id="merchant" name="merchant" data-submits>
      ${merchants.map(
        ({ id, name }) => html`<option value="${id}" ${id === merchant.id ? html`selected` : ''}>${name}</option>`,
      )}
    </select>
    <button class="button">Go</button>
  </form>`;
};
