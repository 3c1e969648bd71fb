import { html } from 'hono/html';
import type { Html } from '../define-page.ts';

const steps = ['Choose', 'Paste', 'Test', 'Webhooks', 'Done'] as const;
export type Step = (typeof steps)[number];

/** Where somebody is on the way to a connection that works. */
export const showSteps = (here: Step): Html =>
  html`<ol class="steps" aria-label="Steps">
    ${steps.map((step, at) => html`<li class="${at < steps.indexOf(here) ? 'past' : ''}" ${step === here ? html`aria-current="step"` : ''}>${step}</li>`)}
  </ol>`;
