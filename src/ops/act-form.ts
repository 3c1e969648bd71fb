import { randomUUID } from 'node:crypto';
import { html } from 'hono/html';
import { holdsRole, type User } from '../store/users.ts';
import type { Act, Html } from './define-page.ts';

/** What a form has beside its button. */
export interface FormParts {
  /** Sent as they are. */
  hidden?: Readonly<Record<string, string>>;
  /** What is to be filled in. */
  fields?: Html;
  /** Another word on the button than the act's own. */
  label?: string;
  tone?: 'plain' | 'primary' | 'danger';
}

/** The field that makes two clicks one act. */
export const onceField = 'once';
/** Stands for its value in a view, which several people may be shown: each form that leaves gets one of its own. */
const onceMark = 'c7f0a1d2-once-mark';
export const hasForms = (page: string): boolean => page.includes(onceMark);
export const withOwnForms = (page: string): string => page.replaceAll(onceMark, () => randomUUID());

/** A form that works without JavaScript. Who may not act is told who may. */
export function makeForm(user: User, path: string, act: Act, parts: FormParts = {}): Html {
  const { hidden = {}, fields, label = act.label, tone = 'plain' } = parts;
  if (!holdsRole(user.role, act.role)) {
    return html`<button class="button" disabled title="This needs the role ${act.role}; yours is ${user.role}.">
      ${label}
    </button>`;
  }
  const encoding = act.takesFile === true ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
  return html`<form class="act" method="post" action="${path}/${act.name}" enctype="${encoding}">
    <input type="hidden" name="${onceField}" value="${onceMark}" />
    ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    ${fields}<button class="button ${tone}">${label}</button>
  </form>`;
}
