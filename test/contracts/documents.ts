import { readdirSync, readFileSync, statSync } from 'node:fs';
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
  answersOf(method: string, path: string): DocumentedAnswer[];
  /** What is in it, for a JSON Schema validator. */
  content: Record<string, unknown>;
}

/**
 * The OpenAPI documents (JSON or YAML) in these folders and below, by `info.title`: file names are the downloader's.
 * @throws Error when two different documents have one title, since nobody could say which is meant
 */
export function findDocuments(folders: readonly string[]): Map<string, VendorDocument> {
  const found = new Map<string, VendorDocument>();
  for (const file of new Set(folders.flatMap(listFiles))) {
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

function listFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|ya?ml)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
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
    answersOf: (method, path) => answersOf(data, data.paths[path]?.[method.toLowerCase()]),
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
  const parts = data.$ref.slice(2).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>((at, part) => z.record(z.string(), z.unknown()).safeParse(at).data?.[part], root);
}
