import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { findDocuments, writeAnswersOnly } from './documents.ts';
import { plantedDocument } from './planted-document.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packline-documents-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (path: string, text: string): string => {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const titled = (title: string) => ({ ...plantedDocument, info: { title, version: '1' } });

test('documents are found by their title in any folder below, as JSON or YAML, and what is none is passed over', () => {
  const json = write('a/b/first.json', JSON.stringify(titled('One')));
  const yaml = write('second.yml', stringify(titled('Two')));
  write('example.json', '{"orderId": "1"}');
  write('broken.json', '{"openapi": ');
  write('notes.txt', 'openapi: 3.0.0');
  const found = findDocuments([folder, join(folder, 'missing')]);
  expect([...found.values()].map(({ title, file }) => [title, file])).toEqual([
    ['One', json],
    ['Two', yaml],
  ]);
});

test('the same document twice is one, and two of the same title are refused', () => {
  write('one.json', JSON.stringify(titled('One')));
  write('copy/one.json', JSON.stringify(titled('One')));
  expect(findDocuments([folder, folder, join(folder, 'copy'), join(folder, 'one.json')]).size).toBe(1);
  write('other.json', JSON.stringify({ ...titled('One'), paths: {} }));
  expect(() => findDocuments([folder])).toThrow('two documents are called "One"');
});

test('what an operation answers is told with its examples, through references', () => {
  const { paths } = plantedDocument;
  const answered = { $ref: '#/components/responses/Order' };
  const content = { 'application/json': { examples: { big: { value: {} }, small: { value: {} } } } };
  const document = {
    ...titled('One'),
    paths: { ...paths, '/orders': { get: { responses: { 200: answered, default: answered } } } },
    components: { responses: { Order: { description: 'An order', content } } },
  };
  write('one.json', JSON.stringify(document));
  const one = findDocuments([folder]).get('One');
  expect(one?.answersOf('GET /orders')).toEqual([{ status: 200, examples: ['big', 'small'] }]);
  expect(one?.answersOf('GET /nowhere')).toEqual([]);
});

test('the copy for the mock takes any request and answers as the original', () => {
  write('one.json', JSON.stringify(titled('One')));
  const one = findDocuments([folder]).get('One');
  if (one === undefined) throw new Error('the document was not found');
  const copy = JSON.parse(readFileSync(writeAnswersOnly(one, folder), 'utf8'));
  const [path] = Object.keys(plantedDocument.paths);
  expect(copy.security).toEqual([]);
  expect(copy.paths[String(path)]).not.toHaveProperty('parameters');
  expect(copy.paths[String(path)].get).toEqual({
    ...plantedDocument.paths['/api/oms/pvt/orders/{orderId}'].get,
    parameters: [],
    security: [],
    requestBody: { content: { 'application/json': {} } },
  });
});
