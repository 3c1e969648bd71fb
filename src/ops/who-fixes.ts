import { html } from 'hono/html';
import { meaningOf } from '../domain/issue-catalogue.ts';
import type { FieldError } from '../ingress/problem.ts';
import type { Html } from './define-page.ts';

/** Who can do something about a problem: `source` of problems and issues. */
export function whoFixes(source: string): string {
  if (source === 'you' || source === 'merchant') return 'You can fix this';
  if (source === 'packline') return 'Whoever runs Packline can fix this';
  return `${toName(source)} has to fix this, or the settings of its connection`;
}

/** `vtex-pick-and-pack` as a person writes it. */
export const toName = (slug: string): string =>
  slug
    .split('-')
    .map((word) =>
      word === 'vtex' || word === 'oms'
        ? word.toUpperCase()
        : word === 'and'
          ? word
          : word.charAt(0).toUpperCase() + word.slice(1),
    ) // prettier-ignore
    .join(' ');

/** In a column of a list: a word. */
export const shortFixer = (source: string): string =>
  source === 'you' || source === 'merchant' ? 'you' : source === 'packline' ? 'Packline' : toName(source);

/** A thing that went wrong, and whose turn it is. */
export const showProblem = ({
  title,
  detail,
  source,
  code,
  id,
  errors = [],
  isPage = false,
}: {
  title: string;
  detail: string;
  source: string;
  /** Where the title is not the code itself. */
  code?: string;
  id?: string;
  errors?: readonly FieldError[] | undefined;
  /** There is nothing else on the page. */
  isPage?: boolean;
}): Html =>
  // prettier-ignore
  html`<div class="notice bad" role="alert">
    ${isPage ? html`<h1>${title}</h1>` : html`<strong>${title}</strong>`}
    ${errors.length === 0 ? html`<p>${detail}</p>` : html`<ul>${errors.map((one) => html`<li><code>${one.pointer ?? one.parameter}</code> ${one.detail}</li>`)}</ul>`}
    <p class="quiet">${whoFixes(source)}.${code === undefined ? '' : html` <code>${code}</code>`}${id === undefined ? '' : html` Trace <code>${id}</code>`}</p>
  </div>`;

/** A failure that has only its code: what that means, where it is written down, and else the code itself. */
export function showFailure({ code, ...rest }: { code: string; detail: string; source: string }): Html {
  const means = meaningOf(code);
  return showProblem(means === undefined ? { title: code, ...rest } : { title: means, code, ...rest });
}
