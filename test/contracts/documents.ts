import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const methods = new Set(['get', 'put', 'post', 'delete', 'patch']);

const DocumentSchema = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.coerce.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** One answer that an operation documents. */
export interface DocumentedAnswer {
  status: number;
  /** Names of its examples; empty when it has one without a name, or none. */
  examples: readonly string[];
}

/** A vendor's OpenAPI document. */
export interface VendorDocument {
  title: string;
  version: string;
  file: string;
  /** `METHOD path` of every operation. */
  operations: ReadonlySet<string>;
  /** Of `METHOD path`. */
  answersOf(operation: string): DocumentedAnswer[];
  /** What is in it, for a JSON Schema validator. */
  content: Record<string, unknown>;
}

/**
 * The OpenAPI documents (JSON or YAML) that these are, or that lie in these folders and below, by `info.title`: file names
 * are the downloader's.
 * @throws Error when two different documents have one title, since nobody could say which is meant
 */
export function findDocuments(paths: readonly string[]): Map<string, VendorDocument> {
  const found = new Map<string, VendorDocument>();
  for (const file of new Set(paths.flatMap(listFiles))) {
    const document = readDocument(file);
    if (document === undefined) continue;
    const other = found.get(document.title);
    if (other !== undefined && JSON.stringify(other.content) !== JSON.stringify(document.content)) {
      throw new Error(`two documents are called "${document.title}": ${other.file} and ${file}`);
    }
    if (other === undefined) found.set(document.title, document);
  }
  return found;
}

function listFiles(path: string): string[] {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isFile()) return [path];
  if (!kind?.isDirectory()) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|ya?ml)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Undefined for what is no OpenAPI document, such as an example payload beside it. */
function readDocument(file: string): VendorDocument | undefined {
  const text = readFileSync(file, 'utf8');
  if (!/["']?openapi["']?\s*:/.test(text)) return undefined;
  const { data } = DocumentSchema.safeParse(parseText(file, text));
  if (data === undefined) return undefined;
  const operations = Object.entries(data.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => methods.has(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  return {
    title: data.info.title,
    version: data.info.version,
    file,
    operations: new Set(operations),
    answersOf: (operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return answersOf(data, data.paths[path]?.[method.toLowerCase()]);
    },
    content: data,
  };
}

function parseText(file: string, text: string): unknown {
  try {
    return /\.json$/i.test(basename(file)) ? JSON.parse(text) : parse(text);
  } catch {
    return undefined;
  }
}

const MediaSchema = z.looseObject({ examples: z.record(z.string(), z.unknown()).optional() });
const ResponseSchema = z.looseObject({ content: z.record(z.string(), MediaSchema).optional() });
const OperationSchema = z.looseObject({ responses: z.record(z.string(), z.unknown()) });

function answersOf(root: unknown, operation: unknown): DocumentedAnswer[] {
  const { data } = OperationSchema.safeParse(operation);
  return Object.entries(data?.responses ?? {}).flatMap(([status, response]) => {
    if (!/^\d{3}$/.test(status)) return [];
    const { content = {} } = ResponseSchema.parse(follow(root, response));
    const [media] = Object.values(content);
    return [{ status: Number(status), examples: Object.keys(media?.examples ?? {}) }];
  });
}

const RefSchema = z.object({ $ref: z.string().startsWith('#/') });

/** What a reference inside the document points at; anything else as it is. */
function follow(root: unknown, value: unknown): unknown {
  const { data } = RefSchema.safeParse(value);
  if (data === undefined) return value;
  const parts = data.$ref
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>((at, part) => z.record(z.string(), z.unknown()).safeParse(at).data?.[part], root);
}

/** In place of what an operation says of its request. */
const anyRequest = { parameters: [], security: [], requestBody: { content: { 'application/json': {} } } };

/**
 * A copy of the document, in JSON, that takes any request. Prism's mock refuses requests that are not as the document
 * has them, and some documents ask for what nobody can send; requests are the proxy's to check, which takes the original.
 */
export function writeAnswersOnly({ title, content }: VendorDocument, folder: string): string {
  const { data: paths = {} } = DocumentSchema.shape.paths.safeParse(content['paths']);
  const stripped = Object.entries(paths).map(([path, item]) => [path, withoutRequests(item)] as const);
  const file = join(folder, `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`);
  writeFileSync(file, JSON.stringify({ ...content, security: [], paths: Object.fromEntries(stripped) }));
  return file;
}

function withoutRequests(item: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(item).filter(([key]) => key !== 'parameters');
  return Object.fromEntries(
    kept.map(([key, value]) => {
      const operation = methods.has(key) ? z.record(z.string(), z.unknown()).safeParse(value).data : undefined;
      if (operation === undefined) return [key, value];
      return [key, { ...operation, ...anyRequest }];
    }),
  );
}
