import { toRow, type Measured, type Report } from '../../bench/report.ts';

/** A report of one benchmark in which everything else is as it always is. */
export const sampleReport = (rows: readonly Measured[], changes: Partial<Report> = {}): Report => ({
  startedAt: '2026-01-14T21:10:00.000Z',
  seconds: 61,
  machine: { cpu: 'A Processor', cores: 2, memoryGib: 24, loadAverage: [0.1, 0.2, 0.3] },
  versions: { node: '24.21.0', redis: '7.0.15', packline: '0.1.0', commit: 'abc', os: 'Linux 6' },
  sizes: { accept: { seconds: 10 } },
  rows: rows.map((row) => toRow('accept', row)),
  broken: {},
  details: {},
  ...changes,
});

export const pace = (figure: number, more: Partial<Measured> = {}): Measured => ({
  what: 'orders accepted',
  figure,
  unit: '/s',
  better: 'higher',
  ...more,
});
