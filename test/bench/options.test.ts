import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineBenchmark } from '../../bench/benchmark.ts';
import { readOptions } from '../../bench/options.ts';
import { benchmarks } from '../../bench/registry.ts';
import { temporaryFolder } from '../support/own-redis.ts';
import { pace, sampleReport } from './sample-report.ts';

const folder = await temporaryFolder();
const define = <S extends Record<string, number>>(name: string, size: S, quickSize: S) =>
  defineBenchmark({ name, shows: '', size, quickSize, run: () => Promise.reject(new Error('not run')) });
const known = [
  define('one', { seconds: 10, rounds: 5 }, { seconds: 1, rounds: 1 }),
  define('two', { orders: 9 }, { orders: 2 }),
];
const read = (...args: string[]) => readOptions(args, known);
const sizesOf = (...args: string[]) => read(...args).chosen.map(({ benchmark, size }) => [benchmark.name, size]);

describe('the command line', () => {
  it('runs all without a name, and those that are named in the order of the registry', () => {
    expect(sizesOf()).toEqual([
      ['one', { seconds: 10, rounds: 5 }],
      ['two', { orders: 9 }],
    ]);
    expect(sizesOf('two', 'one').map(([name]) => name)).toEqual(['one', 'two']);
  });

  it('takes sizes as numbers, over the small ones too', () => {
    expect(sizesOf('one', '--seconds', '3')).toEqual([['one', { seconds: 3, rounds: 5 }]]);
    expect(sizesOf('--quick', '--seconds', '3')).toEqual([
      ['one', { seconds: 3, rounds: 1 }],
      ['two', { orders: 2 }],
    ]);
  });

  it('reads the earlier report before anything is measured', async () => {
    const path = join(folder, 'earlier.json');
    const report = sampleReport([pace(5)]);
    await writeFile(path, JSON.stringify(report));
    expect(read('--compare', path).earlier).toEqual(report);
  });

  it('is refused in one sentence when it means nothing', async () => {
    const [broken, other] = [join(folder, 'broken.json'), join(folder, 'other.json')];
    await writeFile(broken, '{"rows":');
    await writeFile(other, '{"rows":[]}');
    const cases: [string[], RegExp][] = [
      [['thre'], /^no such benchmark: thre \(there are one, two\)$/],
      [['two', '--seconds', '3'], /^none of these benchmarks has the size --seconds$/],
      [['--seconds', '0'], /^--seconds must be a whole number above 0, not "0"$/],
      [['--seconds', 'ten'], /^--seconds must be a whole number above 0, not "ten"$/],
      [['--fast'], /--fast/],
      [['--compare', join(folder, 'none.json')], /^cannot read .*none\.json: ENOENT/],
      [['--compare', broken], /^cannot read .*broken\.json: /],
      [['--compare', other], /^.*other\.json is no report of this benchmark: /],
    ];
    for (const [args, message] of cases) {
      expect(() => read(...args), args.join(' ')).toThrow(
        expect.objectContaining({ code: 'bench.usage', message: expect.stringMatching(message) }),
      );
    }
  });
});

describe('the registry', () => {
  it('names every benchmark once, each with small sizes of the same names', () => {
    const names = benchmarks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, size, quickSize } of benchmarks) {
      expect(Object.keys(quickSize).sort(), name).toEqual(Object.keys(size).sort());
    }
  });
});
