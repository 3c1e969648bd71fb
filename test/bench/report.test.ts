import { describe, expect, it } from 'vitest';
import { ReportSchema, toRow } from '../../bench/report.ts';
import { quantile } from '../../bench/statistics.ts';
import { toMarkdown } from '../../bench/table.ts';
import { pace, sampleReport } from './sample-report.ts';

describe('a row', () => {
  it('has its ceiling beside it, and what it is of that', () => {
    const row = toRow('accept', pace(7_433, { ceiling: { is: 16_830, what: 'a bare route' } }));
    expect(row).toMatchObject({ figure: 7_433, ceiling: 16_830, ceilingWhat: 'a bare route', ratio: 0.4417 });
  });

  it('without a ceiling has no ratio, and beside one of nothing none either', () => {
    expect(toRow('accept', pace(1)).ratio).toBeNull();
    expect(toRow('accept', pace(1, { ceiling: { is: 0, what: 'nothing' } })).ratio).toBeNull();
  });

  it.each([
    ['higher', 10, 10, true],
    ['higher', 9.9, 10, false],
    ['lower', 10, 10, true],
    ['lower', 10.1, 10, false],
  ] as const)('of which %s is better and %d is measured, of a wanted %d, says %s', (better, figure, is, met) => {
    expect(toRow('limit', pace(figure, { better, target: { of: 'figure', is } })).met).toBe(met);
  });

  it('is judged by its ratio where that is what is wanted', () => {
    const wanted = { better: 'lower', target: { of: 'ratio', is: 1.2 } } as const;
    expect(toRow('noisy', pace(60, { ...wanted, ceiling: { is: 50, what: 'alone' } })).met).toBe(true);
    expect(toRow('noisy', pace(61, { ...wanted, ceiling: { is: 50, what: 'alone' } })).met).toBe(false);
    expect(toRow('noisy', pace(61, wanted)).met).toBeNull();
  });

  it('is refused where nothing was measured', () => {
    expect(() => toRow('accept', pace(Number.NaN))).toThrow('accept measured nothing for "orders accepted"');
    expect(() => toRow('accept', pace(1, { samples: [1, Number.NaN] }))).toThrow('measured nothing');
    expect(() => toRow('accept', pace(1, { ceiling: { is: Infinity, what: 'x' } }))).toThrow('measured nothing');
  });
});

describe('a report', () => {
  it('is read back as it was written', () => {
    const report = sampleReport([pace(10, { samples: [9, 10, 11] })], { broken: { flow: 'no Redis' } });
    expect(ReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('as a table says on what it was measured, what stands beside a figure, what is wanted, and what broke', () => {
    const ceiling = { is: 16_830, what: 'a bare route' };
    const target = { of: 'ratio', is: 0.5 } as const;
    const samples = [7_000, 7_433, 7_500];
    const text = toMarkdown(
      sampleReport([pace(7_433, { ceiling, target, samples })], { broken: { flow: 'no Redis | here' } }),
    );
    expect(text).toContain('in 61 s on 2 cores (A Processor) and 24 GiB; load average before: 0.10, 0.20, 0.30');
    expect(text).toContain('Packline 0.1.0 at abc, Node 24.21.0, Redis 7.0.15, Linux 6');
    expect(text).toContain(
      '| accept | orders accepted | 7,433/s (7,000 to 7,500) | 16,830/s: a bare route | 0.44 | ≥ ratio 0.5: **no** |',
    );
    expect(text).toContain('**flow could not measure:** no Redis | here');
  });
});

describe('the statistics', () => {
  it.each([
    [0.5, 5],
    [0.95, 10],
    [0.9, 9],
    [1, 10],
    [0, 1],
  ])('share %d of one to ten is %d', (share, value) => {
    expect(quantile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], share)).toBe(value);
  });

  it('have no quantile of nothing', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});
