import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Answer } from '../answer.ts';
import { ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';
import { makeRefusal } from '../problem.ts';
import { problemPage } from '../problem-page.ts';

const tag = 'Documentation';
const scope = 'none';
const method = 'get';

/** Pages are served whole by this process: nothing is fetched from elsewhere, and nothing inline runs. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // The reference UI writes its styles at run time.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const pageHeaders = { 'Content-Security-Policy': pagePolicy, 'Referrer-Policy': 'no-referrer' };
const html = (data: string): Answer => ({
  status: 200,
  content: { type: 'text/html; charset=utf-8', data },
  headers: pageHeaders,
});

const referenceSettings = {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  // They would send the document to somebody else's service.
  showDeveloperTools: 'never',
  hideClientButton: true,
};
const referencePage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Packline API</title></head>
<body>
<script id="api-reference" data-configuration='${JSON.stringify(referenceSettings)}'></script>
<script src="/docs/reference.js"></script>
</body>
</html>
`;

const getReference = defineGlobalRoute({
  method,
  path: '/docs',
  summary: 'This reference as a page',
  tag,
  scope,
  answers: { 200: { description: 'HTML', type: 'text/html' } },
  handle: async () => html(referencePage),
});

const readScript = async (): Promise<Uint8Array<ArrayBuffer>> => {
  const entry = createRequire(import.meta.url).resolve('@scalar/api-reference');
  return new Uint8Array(await readFile(join(dirname(entry), 'browser', 'standalone.js')));
};
let script: Promise<Uint8Array<ArrayBuffer>> | undefined;

const getReferenceScript = defineGlobalRoute({
  method,
  path: '/docs/reference.js',
  summary: 'The script of the reference page',
  tag,
  scope,
  answers: { 200: { description: 'JavaScript', type: 'text/javascript' } },
  async handle() {
    script ??= readScript();
    const headers = { 'Cache-Control': 'public, max-age=3600' };
    return { status: 200, content: { type: 'text/javascript; charset=utf-8', data: await script }, headers };
  },
});

const getProblemPage = defineGlobalRoute({
  method,
  path: '/docs/problems/:code',
  summary: 'What a problem means',
  tag,
  scope,
  params: z.strictObject({ code: z.string().max(100) }),
  answers: { 200: { description: 'HTML', type: 'text/html' } },
  problems: ['route.not_found'],
  async handle({ params: { code } }) {
    const page = problemPage(code);
    if (page === undefined) throw makeRefusal('route.not_found', 'no problem has this code');
    return html(page);
  },
});

/** The documentation; the document itself is made once, of everything that is mounted. */
export const makeDocsRoutes = (document: () => unknown): readonly Route[] => [
  defineGlobalRoute({
    method,
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    tag,
    scope,
    answers: { 200: { description: 'The document', schema: z.record(z.string(), z.unknown()) } },
    handle: async () => ok(document()),
  }),
  getReference,
  getReferenceScript,
  getProblemPage,
];
