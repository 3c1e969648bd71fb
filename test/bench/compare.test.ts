import { describe, expect, it } from 'vitest';
import { compareReports, differencesOf } from '../../bench/compare.ts';
import { toComparison } from '../../bench/table.ts';
import { pace, sampleReport } from './sample-report.ts';

const verdict = (before: Parameters<typeof pace>, after: Parameters<typeof pace>) =>
  compareReports(sampleReport([pace(...before)]), sampleReport([pace(...after)]))[0]?.verdict;

describe('a figure beside an earlier one', () => {
  it('is better or worse by its own direction, and the same within the noise', () => {
    expect(verdict([100], [116])).toBe('better');
    expect(verdict([100], [84])).toBe('worse');
    expect(verdict([100], [114])).toBe('same');
    expect(verdict([100, { better: 'lower' }], [116, { better: 'lower' }])).toBe('worse');
    expect(verdict([100, { better: 'lower' }], [84, { better: 'lower' }])).toBe('better');
  });

  it('has the noise that its rounds show, and never less than two runs lie apart by chance', () => {
    const wide = { samples: [80, 100, 120] };
    const narrow = { samples: [99, 100, 101] };
    expect(verdict([100, wide], [130, wide])).toBe('same');
    expect(verdict([100, narrow], [106, narrow])).toBe('better');
    expect(verdict([100, narrow], [104, narrow])).toBe('same');
  });

  it('of two rounds has no spread to speak of', () => {
    const two = { samples: [99, 101] };
    expect(verdict([100, two], [110, two])).toBe('same');
  });

  it('that was nothing changes by no share, and is still worse when it is something', () => {
    const [change] = compareReports(
      sampleReport([pace(0, { better: 'lower' })]),
      sampleReport([pace(3, { better: 'lower' })]),
    );
    expect(change).toMatchObject({ share: null, verdict: 'worse' });
    expect(verdict([0], [0])).toBe('same');
  });

  it('of another size is shown, and judged neither way', () => {
    const before = sampleReport([pace(100)], { sizes: { accept: { seconds: 1 } } });
    expect(compareReports(before, sampleReport([pace(10)]))).toMatchObject([{ share: -0.9, verdict: 'other size' }]);
  });
});

describe('two reports', () => {
  it('tell of figures that only one of them has, but not of benchmarks that were not run', () => {
    const before = sampleReport([pace(1), pace(2, { what: 'gone by now' })]);
    const after = sampleReport([pace(1), pace(3, { what: 'new' })]);
    expect(compareReports(before, after)).toMatchObject([
      { what: 'orders accepted', verdict: 'same' },
      { what: 'new', before: null, after: 3, verdict: 'new' },
      { what: 'gone by now', before: 2, after: null, verdict: 'gone' },
    ]);
    expect(compareReports(before, sampleReport([], { sizes: {} }))).toEqual([]);
  });

  it('say why they may differ although the code does not', () => {
    const before = sampleReport([]);
    const after = sampleReport([], {
      machine: { ...before.machine, cores: 8, loadAverage: [3.5, 1, 1] },
      versions: { ...before.versions, redis: '8.0.0', commit: 'another' },
    });
    expect(differencesOf(before, after)).toEqual([
      'processor: 2 × A Processor before, 8 × A Processor now',
      'redis: 7.0.15 before, 8.0.0 now',
      'load average before the run: 0.1 before, 3.5 now',
    ]);
    expect(differencesOf(before, before)).toEqual([]);
  });

  it('stand in one table, with the change and what is more than chance', () => {
    const changes = compareReports(sampleReport([pace(1_000)]), sampleReport([pace(500)]));
    const text = toComparison(changes, ['redis: 7 before, 8 now']);
    expect(text).toContain('Not the same: redis: 7 before, 8 now.');
    expect(text).toContain('| accept | orders accepted | 1,000/s | 500/s | -50 % | ± 15 % | **worse** |');
  });
});
