import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { checkNames, lineCountMax, type Repository } from './name-rules.ts';
import { readModule } from './read-module.ts';
import { listFiles, readModules, readText } from './source-tree.ts';

const PackagesSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

test('names, sizes, exports and pairs of files keep the rules', () => {
  const paths = listFiles();
  const declared = PackagesSchema.parse(JSON.parse(readText('package.json')));
  const packages = { product: Object.keys(declared.dependencies), development: Object.keys(declared.devDependencies) };
  expect(checkNames({ modules: readModules(paths), paths, packages })).toEqual([]);
});

/** A small repository in which every rule is kept; each case adds or replaces files. */
function repositoryWith(files: Record<string, string>): Repository {
  const texts: Record<string, string> = {
    'src/queues/order-import.ts': "export const orderImport = defineJob({ name: 'order-import' });",
    'workers/order-import.ts': 'export default defineWorker(orderImport, run);',
    'workers/main.ts': 'start();',
    'src/connectors/fulfilment/nash/index.ts': "export const nash = { id: 'nash', connect } satisfies Connector;",
    'src/connectors/vendor/vtex/token.ts': 'export const token = 1;',
    'test/connectors/nash.test.ts': "import { test } from 'vitest';",
    ...files,
  };
  return {
    modules: Object.entries(texts).map(([path, text]) => readModule(path, text)),
    paths: Object.keys(texts),
    packages: { product: ['zod', '@hono/node-server'], development: ['vitest'] },
  };
}
const check = (files: Record<string, string> = {}): string[] => checkNames(repositoryWith(files));

describe('the rules let pass', () => {
  test.each<[string, Record<string, string>]>([
    ['a repository that keeps them', {}],
    ['a file of 250 lines', { 'src/store/orders.ts': '//\n'.repeat(lineCountMax) }],
    ['a long test', { 'test/store/orders.test.ts': '//\n'.repeat(900) }],
    ['a default export of a config file', { 'vitest.config.ts': 'export default {};' }],
    [
      'a file that defines one thing and re-exports another',
      { 'src/store/orders.ts': "export * from './keys.ts'; export const a = 1;" },
    ],
    [
      'the definition of defineJob itself',
      { 'src/queues/define-job.ts': 'export function defineJob(job) { return job; }' },
    ],
    [
      'files by their endings, declared packages and node: modules',
      { 'src/store/orders.ts': "import './keys.ts'; import 'zod/mini'; import '@hono/node-server'; import 'node:fs';" },
    ],
    [
      'a connector tested by a folder',
      {
        'src/connectors/oms/vtex/index.ts': "export const vtex = { id: 'vtex' };",
        'test/connectors/oms/vtex/feed.test.ts': '',
      },
    ],
  ])('%s', (_, files) => {
    expect(check(files)).toEqual([]);
  });
});

describe('a planted violation is caught:', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a file of 251 lines', { 'src/store/orders.ts': '//\n'.repeat(lineCountMax + 1) }, /has 251 lines of 250/],
    ['a file called utils', { 'src/store/utils.ts': 'const a = 1;' }, /says nothing/],
    ['a folder called helpers', { 'test/helpers/orders.ts': 'const a = 1;' }, /"helpers" says nothing/],
    ['a catch-all of types', { 'src/store/types.ts': 'const a = 1;' }, /"types\.ts" says nothing/],
    ['a name in camel case', { 'src/store/acceptOrder.ts': 'const a = 1;' }, /kebab-case/],
    ['a default export', { 'src/store/orders.ts': '\nexport default 1;' }, /orders\.ts:2 exports a default/],
    [
      'a default export by another name',
      { 'src/store/orders.ts': 'const a = 1; export { a as default };' },
      /exports a default/,
    ],
    [
      'a barrel',
      { 'src/store/everything.ts': "export * from './keys.ts'; export { a } from './orders.ts';" },
      /only re-exports/,
    ],
    [
      'a barrel in two steps',
      { 'src/store/everything.ts': "import { a } from './orders.ts'; export { a };" },
      /only re-exports/,
    ],
    [
      'a connector’s index that defines nothing',
      { 'src/connectors/fulfilment/nash/index.ts': "export * from './nash.ts';" },
      /only re-exports/,
    ],
    ['an index elsewhere', { 'src/store/index.ts': 'export const a = 1;' }, /only a connector's folder/],
    ['an import without its ending', { 'src/store/orders.ts': "import './keys';" }, /Write the file's ending/],
    ['an import of a folder', { 'src/store/orders.ts': "import '..';" }, /Write the file's ending/],
    ['an import that ends in .js', { 'src/store/orders.ts': "import './keys.js';" }, /Write the file's ending/],
    ['a module of Node without node:', { 'src/store/orders.ts': "import 'fs/promises';" }, /Write node:fs\/promises/],
    ['a package that nobody declared', { 'src/store/orders.ts': "import 'zod-extra';" }, /does not declare/],
    ['a package for development in product code', { 'src/store/orders.ts': "import 'vitest';" }, /does not declare/],
    ['a job without a worker', { 'src/queues/sweep.ts': "defineJob({ name: 'sweep' });" }, /Write workers\/sweep\.ts/],
    ['a worker without a job', { 'workers/sweep.ts': 'export default 1;' }, /Call defineJob in src\/queues\/sweep\.ts/],
    [
      'a worker for a file that defines no job',
      { 'workers/jobs.ts': 'export default 1;', 'src/queues/jobs.ts': 'export const a = 1;' },
      /nothing defines/,
    ],
    [
      'two jobs in one file',
      { 'src/queues/order-import.ts': "defineJob({ name: 'order-import' }); defineJob({ name: 'order-import' });" },
      /defines 2 jobs/,
    ],
    [
      'a job of another name than its file',
      { 'src/queues/order-import.ts': "defineJob({ name: 'import-order' });" },
      /names its job "import-order"/,
    ],
    ['a job whose name is computed', { 'src/queues/order-import.ts': 'defineJob({ name });' }, /names its job null/],
    [
      'a connector of another id than its folder',
      { 'src/connectors/fulfilment/nash/index.ts': "export const nash = { id: 'nash2' };" },
      /declares no id: 'nash'/,
    ],
    [
      'a connector without an index',
      { 'src/connectors/oms/vtex/client.ts': 'const a = 1;', 'test/connectors/vtex.test.ts': '' },
      /has no index\.ts/,
    ],
    [
      'a connector without a test',
      { 'src/connectors/oms/vtex/index.ts': "export const vtex = { id: 'vtex' };" },
      /has no test/,
    ],
  ])('%s', (_, files, message) => {
    expect(check(files).join('\n')).toMatch(message);
  });
});
