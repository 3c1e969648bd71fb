import { html } from 'hono/html';
import {
  concurrencyDefault,
  concurrencyMax,
  payloadForms,
  ratePerSecondMax,
  signatureSchemes,
} from '../../domain/endpoint.ts';
import { eventTypes } from '../../domain/events.ts';
import type { Html } from '../define-page.ts';
import { showCheck, showInput, showSelect } from '../show-fields.ts';
import type { Endpoint } from './endpoint-state.ts';

type Form = Readonly<Record<string, string>>;

/** Digits are a number; anything else is left as it is, for the API to say what is wrong with it. */
const toNumber = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
const chosen = <T extends string>(form: Form, prefix: string, all: readonly T[]): T[] =>
  all.filter((one) => form[`${prefix}:${one}`] === 'yes');

/** What is shown as it was: the headers' values and the filter, which only the API sets. */
const bodyOf = (form: Form) => ({
  url: (form['url'] ?? '').trim(),
  eventTypes: chosen(form, 'type', eventTypes),
  payload: form['payload'] ?? '',
  signatures: chosen(form, 'signature', signatureSchemes),
  ordered: form['ordered'] === 'yes',
  autoDisable: form['autoDisable'] === 'yes',
  concurrency: toNumber(form['concurrency'] ?? ''),
});

/** Body of `POST /v1/endpoints`: what is left empty is left out. */
export function newEndpointOf(form: Form): Record<string, unknown> {
  const { description = '', rateLimitPerSecond = '' } = form;
  return {
    ...bodyOf(form),
    ...(description === '' ? {} : { description }),
    ...(rateLimitPerSecond === '' ? {} : { rateLimitPerSecond: toNumber(rateLimitPerSecond) }),
  };
}

/** Body of `PATCH /v1/endpoints/{id}`: what is left empty is taken away. */
export function endpointChangeOf(form: Form): Record<string, unknown> {
  const { description = '', rateLimitPerSecond = '' } = form;
  return {
    ...bodyOf(form),
    description: description === '' ? null : description,
    rateLimitPerSecond: rateLimitPerSecond === '' ? null : toNumber(rateLimitPerSecond),
  };
}

const payloadWords: Readonly<Record<string, string>> = {
  full: 'The whole event',
  thin: 'Ids and versions only',
  'vtex-pick-and-pack': 'As VTEX Pick and Pack sends it',
};
const signatureWords: Readonly<Record<string, string>> = {
  v1: 'v1, with the secret',
  v1a: 'v1a, with a public key',
};

/** The fields of an endpoint, as somebody has just filled them in, as it is, or as a new one begins. */
export function showEndpointFields(endpoint: Endpoint | null, typed: Form | undefined): Html {
  const textOf = (name: string, now: string): string => (typed === undefined ? now : (typed[name] ?? ''));
  const isOn = (name: string, now: boolean): boolean => (typed === undefined ? now : typed[name] === 'yes');
  return html`<div class="fields">
    ${showInput({ name: 'url', label: 'URL', type: 'url', required: true, max: 2_048, value: textOf('url', endpoint?.url ?? '') })}
    ${showInput({ name: 'description', label: 'What it is', max: 500, value: textOf('description', endpoint?.description ?? '') })}
    <fieldset>
      <legend>Events</legend>
      <p class="quiet">None chosen: all of them.</p>
      <div class="checks">
        ${eventTypes.map((one) => showCheck(`type:${one}`, one, isOn(`type:${one}`, endpoint?.eventTypes.includes(one) ?? false)))}
      </div>
    </fieldset>
    ${showSelect({
      name: 'payload',
      label: 'What is sent',
      value: textOf('payload', endpoint?.payload ?? 'full'),
      options: payloadForms.map((one) => [one, payloadWords[one] ?? one] as const),
    })}
    <fieldset>
      <legend>Signed by</legend>
      ${signatureSchemes.map((one) => showCheck(`signature:${one}`, signatureWords[one] ?? one, isOn(`signature:${one}`, endpoint?.signatures.includes(one) ?? one === 'v1')))}
    </fieldset>
    <p>
      ${showCheck('ordered', 'The events of one order arrive one after the other', isOn('ordered', endpoint?.ordered ?? true))}
      ${showCheck('autoDisable', 'Disabled when it takes nothing for five days', isOn('autoDisable', endpoint?.autoDisable ?? true))}
    </p>
    ${showInput({
      name: 'rateLimitPerSecond',
      label: 'At most so many a second',
      hint: `Empty: no limit. Up to ${ratePerSecondMax}.`,
      value: textOf('rateLimitPerSecond', endpoint?.rateLimitPerSecond?.toString() ?? ''),
    })}
    ${showInput({
      name: 'concurrency',
      label: 'At the same time',
      hint: `1 to ${concurrencyMax}.`,
      value: textOf('concurrency', String(endpoint?.concurrency ?? concurrencyDefault)),
    })}
  </div>`;
}
