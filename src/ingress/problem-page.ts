import { failureKinds } from '../domain/failure.ts';
import { kindStatuses } from './kind-statuses.ts';
import { isProblemCode, problemCodes } from './problem-codes.ts';

const kindAbouts = {
  transient: 'It may pass: try again, not at once.',
  throttled: 'Somebody asked for a slower pace; wait as long as `Retry-After` says.',
  rejected: 'The request was understood and refused; the same request will be refused again. `detail` says why.',
  misconfigured: 'A key was refused or a setting is wrong; `source` says whose.',
  malformed: 'The request does not have the form that is wanted.',
  aborted: 'The work was broken off before its end; try again.',
} as const;

/** The page that explains a code (`kind.<kind>` for partners' codes, which have none of their own); undefined for others. */
export function problemPage(code: string): string | undefined {
  if (isProblemCode(code)) {
    const { status, title, about } = problemCodes[code];
    return page(code, status, title, about);
  }
  const kind = failureKinds.find((candidate) => code === `kind.${candidate}`);
  if (kind === undefined) return undefined;
  const { status, title } = kindStatuses[kind];
  return page(code, status, title, kindAbouts[kind]);
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? '');
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const page = (code: string, status: number, title: string, about: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(code)}</title></head>
<body>
<main>
<h1>${escape(title)}</h1>
<p><code>${escape(code)}</code>, HTTP ${status}</p>
<p>${prose(about)}</p>
<p><a href="/docs">API reference</a></p>
</main>
</body>
</html>
`;
