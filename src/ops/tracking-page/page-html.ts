import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { inkOn, type Branding } from '../../domain/branding.ts';
import type { Html } from '../define-page.ts';
import type { PageFacts, ShownEvent } from './page-facts.ts';
import { pageStyle } from './page-style.ts';
import { showInstant, showLocal, showWindow } from './show-moment.ts';
import { stages, wordsOf, type Language, type Stage, type Words } from './words.ts';

/** A page as it is sent, and what a browser may do with it. */
export interface MadePage {
  body: string;
  policy: string;
}

/** What a page looks like: of the merchant, by the merchant's name where it has no other. */
export interface Look {
  branding: Branding;
  merchantName: string;
}

export function makeTrackingPage(
  facts: PageFacts,
  { branding, merchantName }: Look,
  language: Language,
): Promise<MadePage> {
  const words = wordsOf(language);
  const name = branding.name ?? merchantName;
  const { firstName, city, externalId, delayed, expected, carrier, events } = facts;
  const stageWords = facts.isPickup ? words.pickupStages : words.stages;
  const body = html`<header>
      ${branding.logoUrl === null ? '' : html`<img src="${branding.logoUrl}" alt="" />`}
      <p>${name}</p>
    </header>
    <main>
      <p class="quiet">${firstName === null ? '' : html`${words.hello(firstName)} · `}${words.order(externalId)}</p>
      <h1>${facts.parcel === null ? stageWords[facts.stage] : words.parcel[facts.parcel]}</h1>
      ${expected === null ? '' : html`<p><span class="quiet">${words.expected}:</span> <strong>${showExpected(expected, language, branding.timeZone)}</strong></p>`}
      ${delayed ? html`<p class="late">${words.late}</p>` : ''}
      ${city === null || facts.isPickup ? '' : html`<p class="quiet">${words.to(city)}</p>`}
      ${showSteps(facts.stage, stageWords, words)}
      ${carrier === null ? '' : html`<p><a class="button" href="${carrier.url}" rel="noopener noreferrer nofollow">${words.follow(carrier.name === '' ? words.carrier : carrier.name)}</a></p>`}
      <h2>${words.history}</h2>
      ${events.length === 0 ? html`<p class="quiet">${words.noHistory}</p>` : html`<ul class="events">${events.map((event) => showEvent(event, { stageWords, words, language, timeZone: branding.timeZone }))}</ul>`}
    </main>
    ${branding.supportUrl === null ? '' : html`<footer><a href="${branding.supportUrl}" rel="noopener noreferrer">${words.help}</a></footer>`}`; // prettier-ignore
  return makePage({ title: `${words.title} · ${name}`, body, language, branding });
}

/** A page that says one thing, and of nobody. */
export const makePlainPage = (said: { title: string; text: string }, language: Language): Promise<MadePage> =>
  makePage({
    title: said.title,
    body: html`<main>
      <h1>${said.title}</h1>
      <p>${said.text}</p>
    </main>`,
    language,
  });

async function makePage({
  title,
  body,
  language,
  branding,
}: {
  title: string;
  body: Html;
  language: Language;
  branding?: Branding;
}): Promise<MadePage> {
  // prettier-ignore
  const { color = null, logoUrl = null } = branding ?? {};
  const style = `${color === null ? '' : `:root{--brand:${color};--ink:${inkOn(color)}}`}${pageStyle}`;
  const page = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>${raw(style)}</style>
      </head>
      <body>
        ${body}
      </body>
    </html>`; // prettier-ignore
  return { body: String(await page), policy: policyOf(style, logoUrl) };
}

/** Nothing runs, nothing is loaded but the merchant's logo, and no style counts but ours. */
function policyOf(style: string, logoUrl: string | null): string {
  const digest = createHash('sha256').update(style).digest('base64');
  const logo = logoUrl?.startsWith('https:') === true ? ` ${new URL(logoUrl).origin}` : '';
  return `default-src 'none'; style-src 'sha256-${digest}'; img-src data:${logo}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

const showExpected = (expected: NonNullable<PageFacts['expected']>, language: Language, timeZone: string): string =>
  'day' in expected ? showLocal(expected.day, language) : showWindow(expected, language, timeZone);

/** The way that it goes. What was canceled or came back has no way any more. */
function showSteps(stage: Stage, stageWords: Words['stages'], words: Words): Html {
  const steps = stages.slice(0, 5);
  const at = steps.indexOf(stage);
  if (at === -1) return html``;
  return html`<ol class="steps" aria-label="${words.steps}">
    ${steps.map(
      (step, n) =>
        html`<li
          class="${n < at || stage === 'delivered' ? 'past' : n === at ? 'now' : 'ahead'}"
          ${n === at ? html`aria-current="step"` : ''}
        >
          ${stageWords[step]}
        </li>`,
    )}
  </ol>`;
}

function showEvent(
  { what, at, local, city }: ShownEvent,
  { stageWords, words, language, timeZone }: { stageWords: Words['stages']; words: Words; language: Language; timeZone: string }, // prettier-ignore
): Html {
  const said = 'stage' in what ? stageWords[what.stage] : words.parcel[what.parcel];
  const when = local !== null ? showLocal(local, language) : at === null ? '' : showInstant(at, language, timeZone);
  return html`<li>
    <span>${said}</span>
    <small>${when === '' ? '' : html`<time datetime="${at ?? local ?? ''}">${when}</time>`}${city === null ? '' : ` · ${city}`}</small>
  </li>`; // prettier-ignore
}
