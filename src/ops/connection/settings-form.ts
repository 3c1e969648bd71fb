import { html } from 'hono/html';
import * as z from 'zod';
import type { FieldError } from '../../ingress/problem.ts';
import type { Html } from '../define-page.ts';

/** What this form knows of JSON Schema; what it does not know it takes as JSON, and the API checks. */
const FieldSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
  'x-secret': z.boolean().optional(),
});
const SettingsSchema = z.looseObject({
  properties: z.record(z.string(), FieldSchema).default({}),
  required: z.array(z.string()).default([]),
});
type Field = z.infer<typeof FieldSchema>;

/** How a setting is filled in, which is said in the name of its input: what is read there needs no schema. */
type Control = 'secret' | 'choice' | 'number' | 'yesno' | 'lines' | 'text' | 'json';

const controlOf = (field: Field): Control => {
  if (field['x-secret'] === true) return 'secret';
  if (field.enum !== undefined) return 'choice';
  if (field.type === 'integer' || field.type === 'number') return 'number';
  if (field.type === 'boolean') return 'yesno';
  if (field.type === 'array' && field.items?.type === 'string') return 'lines';
  return field.type === 'string' ? 'text' : 'json';
};

export interface SettingsFormParts {
  /** A connector's settings, as `GET /v1/connectors` has them. */
  schema: unknown;
  /** As they are; none of a connection that is being made. */
  settings?: Readonly<Record<string, unknown>> | undefined;
  secretsConfigured?: readonly string[] | undefined;
  /** What was filled in and refused. */
  filled?: Readonly<Record<string, string>> | undefined;
  errors?: readonly FieldError[] | undefined;
}

/** The inputs for a connector's settings: what it needs and what is secret first, the rest behind a click. */
export function showSettingsFields({
  schema,
  settings,
  secretsConfigured = [],
  filled,
  errors = [],
}: SettingsFormParts): Html {
  const { properties, required } = SettingsSchema.parse(schema);
  const show = ([name, field]: [string, Field]): Html => {
    const control = controlOf(field);
    const inputName = `${control}.${name}`;
    const isNeeded = required.includes(name) && !secretsConfigured.includes(name);
    const wrong = errors.filter(({ pointer }) => pointer?.split('/')[2] === name).map(({ detail }) => detail);
    const value = control === 'secret' ? '' : (filled?.[inputName] ?? toText(settings === undefined ? field.default : settings[name], control)); // prettier-ignore
    const hint = control === 'secret' && secretsConfigured.includes(name) ? 'Set, and not shown again. Left empty it stays.' : hintOf(control, field); // prettier-ignore
    return html`<div class="field">
      <label for="${inputName}">${toLabel(name)}${isNeeded ? '' : html` <span class="quiet">optional</span>`}</label>
      ${showInput({ name: inputName, control, field, value, isNeeded, isWrong: wrong.length > 0 })}
      ${wrong.map((detail) => html`<small class="wrong">${detail}</small>`)}
      ${hint === '' ? '' : html`<small>${hint}</small>`}
    </div>`;
  };
  const all = Object.entries(properties);
  const isFirst = ([name, field]: [string, Field]): boolean => required.includes(name) || field['x-secret'] === true;
  const rest = all.filter((one) => !isFirst(one));
  const isRestWrong = rest.some(([name]) => errors.some(({ pointer }) => pointer?.split('/')[2] === name));
  return html`${all.filter(isFirst).map(show)}
  ${
    rest.length === 0
      ? ''
      : html`<details ${isRestWrong ? html`open` : ''}>
          <summary>${rest.length} more settings, which need not be touched</summary>
          ${rest.map(show)}
        </details>`
  }`;
}

/** `requestsPerSecond` as a person writes it. */
export const toLabel = (name: string): string => {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\b(api|url|id|utc)\b/gi, (word) =>
    word.toUpperCase(),
  );
};

const toText = (value: unknown, control: Control): string => {
  if (value === undefined || value === null) return '';
  if (control === 'lines') return z.array(z.string()).catch([]).parse(value).join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
};

const hintOf = (control: Control, { description, minimum, maximum }: Field): string =>
  [
    description ?? '',
    control === 'number' && minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : '',
    control === 'lines' ? 'One a line' : '',
    control === 'json' ? 'As JSON' : '',
  ]
    .filter((part) => part !== '')
    .join('. '); // prettier-ignore

interface InputParts {
  name: string;
  control: Control;
  field: Field;
  value: string;
  isNeeded: boolean;
  isWrong: boolean;
}

function showInput({ name, control, field, value, isNeeded, isWrong }: InputParts): Html {
  const flags = html`${isNeeded ? html`required` : ''} ${isWrong ? html`aria-invalid="true"` : ''}`;
  const options = control === 'choice' ? (field.enum ?? []) : control === 'yesno' ? ['true', 'false'] : undefined;
  if (options !== undefined) {
    return html`<select id="${name}" name="${name}" ${flags}>
      ${isNeeded || field.default !== undefined ? '' : html`<option value=""></option>`}
      ${options.map((one) => html`<option value="${one}" ${one === value ? html`selected` : ''}>${control === 'yesno' ? (one === 'true' ? 'Yes' : 'No') : one}</option>`)}
    </select>`;
  }
  if (control === 'lines' || control === 'json') {
    return html`<textarea id="${name}" name="${name}" rows="4" spellcheck="false" ${flags}>${value}</textarea>`;
  }
  if (control === 'secret') {
    return html`<input id="${name}" name="${name}" type="password" autocomplete="off" spellcheck="false" ${flags} />`;
  }
  return html`<input
    id="${name}"
    name="${name}"
    value="${value}"
    ${control === 'number' ? html`type="number" step="any"` : ''}
    autocomplete="off"
    spellcheck="false"
    ${flags}
  />`;
}

/** The settings that a form was filled in with. `patch`: what is empty is taken away, except a secret, which stays as it is. */
export function readSettings(
  form: Readonly<Record<string, string>>,
  { patch }: { patch: boolean },
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(form).flatMap(([inputName, text]): [string, unknown][] => {
      const [, control, name = ''] = /^(secret|choice|number|yesno|lines|text|json)\.(.+)$/.exec(inputName) ?? [];
      if (control === undefined) return [];
      if (text.trim() !== '') return [[name, fromText(control, text.trim())]];
      return patch && control !== 'secret' ? [[name, null]] : [];
    }),
  );
}

/** What cannot be read is given as it is: the API says what should stand there. */
function fromText(control: string, text: string): unknown {
  if (control === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (control === 'yesno') return text === 'true';
  if (control === 'lines') return text.split('\n').map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  if (control !== 'json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
