import { expect, test } from 'vitest';
import { listFiles, readText } from '../architecture/source-tree.ts';
import { exercises } from './exercises.ts';
import { findOperation, operations } from './operations.ts';

/** `operation: 'order.get'` in a connector's code. */
function calledIn(connector: string): Set<string> {
  const shared = connector.startsWith('vtex-') ? 'src/connectors/vendor/vtex/tokens.ts' : '';
  const files = listFiles().filter(
    (path) => path === shared || (/^src\/connectors\/(?!vendor\/)/.test(path) && path.includes(`/${connector}/`)),
  );
  const names = files.flatMap((path) => [...readText(path).matchAll(/\boperation: '(\w+\.\w+)'/g)]);
  return new Set(names.flatMap(([, name]) => name ?? []));
}

test.each(['vtex', 'vtex-pick-and-pack', 'vtex-last-mile', 'nash'])(
  'the table has every operation that %s calls, and no other',
  (name) => {
    const listed = operations.filter(({ connector }) => connector === name);
    expect([...new Set(listed.map((operation) => operation.name))].sort()).toEqual([...calledIn(name)].sort());
  },
);

test('every operation with a document is read once from the mock of that document', () => {
  const documented = operations.filter(({ document }) => document !== null);
  const read = exercises.flatMap(({ connector, readings }) =>
    readings.map(({ operation }) => `${connector} ${operation}`),
  );
  expect(read.sort()).toEqual(documented.map(({ connector, method, path }) => `${connector} ${method} ${path}`).sort());
});

test('a part of a job is another operation than the job, wherever the API is mounted', () => {
  const at = (path: string) =>
    findOperation(operations, { connector: 'nash', name: 'job.update', method: 'PATCH', path })?.path;
  expect(at('/nash/v1/jobs/job_1')).toBe('/v1/jobs/{id}');
  expect(at('/v1/jobs/job_1/cfg_1')).toBe('/v1/jobs/{id}/{jobConfigurationId}');
  expect(at('/v1/jobs/job_1/cfg_1/more')).toBeUndefined();
});
