import { html } from 'hono/html';
import * as z from 'zod';
import type { Html } from './define-page.ts';

/** A filter of a list, as it stands in its address: empty is none. */
export const filterText = (max: number) =>
  z.string().trim().max(max).transform((value) => (value === '' ? undefined : value)).optional().catch(undefined); // prettier-ignore

interface Input {
  name: string;
  label: string;
  value?: string | undefined;
  /** Said below it. */
  hint?: string;
  type?: 'text' | 'url' | 'number' | 'datetime-local';
  required?: boolean;
  max?: number;
}

/** `id` differs from the name where a page has several forms. */
export const showInput = ({
  name,
  label,
  value = '',
  hint,
  type = 'text',
  required,
  max = 200,
  id = name,
}: Input & { id?: string }): Html =>
  // prettier-ignore
  html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${name}"
      type="${type}"
      value="${value}"
      maxlength="${max}"
      autocomplete="off"
      ${required === true ? html`required` : ''}
      ${hint === undefined ? '' : html`aria-describedby="${id}-hint"`}
    />
    ${hint === undefined ? '' : html`<small id="${id}-hint">${hint}</small>`}
  </div>`;

type Option = readonly [value: string, words: string];

interface Select {
  name: string;
  label: string;
  value?: string | undefined;
  options: readonly Option[];
  /** Sends its form as soon as something is chosen. */
  submits?: true;
  id?: string;
}

export const showSelect = ({ name, label, value, options, submits, id = name }: Select): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    <select id="${id}" name="${name}" ${submits === true ? html`data-submits` : ''}>
      ${options.map(([one, words]) => html`<option value="${one}" ${one === value ? html`selected` : ''}>${words}</option>`)}
    </select>
  </div>`;

export const showCheck = (name: string, label: string, isChecked: boolean): Html =>
  html`<label class="check">
    <input type="checkbox" name="${name}" value="yes" ${isChecked ? html`checked` : ''} />
    ${label}
  </label>`;

/** An act whose form is opened first: it has fields, or it cannot be taken back. */
export const showFolded = (words: string, inside: Html, isOpen = false): Html =>
  html`<details ${isOpen ? html`open` : ''}>
    <summary class="button">${words}</summary>
    <div class="card">${inside}</div>
  </details>`;
