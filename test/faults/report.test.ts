import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { promises } from './promises.ts';
import { isBroken, keptFindings, toMarkdown, type Report } from './report.ts';
import type { Verdict } from './judge.ts';
import { scenarios } from './scenarios.ts';

const docs = new URL('../../docs/', import.meta.url);

test('the reliability page says what its run found, and nothing else', async () => {
  const report = JSON.parse(await readFile(new URL('reliability.json', docs), 'utf8')) as Report;
  expect(await readFile(new URL('reliability.md', docs), 'utf8')).toBe(toMarkdown(report));
});

test('the reliability page shows every scenario there is', async () => {
  const report = JSON.parse(await readFile(new URL('reliability.json', docs), 'utf8')) as Report;
  const shown = new Set(report.findings.map(({ scenario }) => scenario));
  expect(scenarios.filter(({ name }) => !shown.has(name))).toEqual([]);
});

const clean: Verdict = {
  accepted: 1,
  lost: [],
  shownAsIssues: [],
  doubled: [],
  wrongSums: [],
  disordered: [],
  repeatedEvents: 0,
  leftOver: [],
  metricsLied: [],
  wrongAnswers: [],
  inFlightMs: 900,
  slowest: null,
  memoryMib: { api: 100, worker: 200 },
};

const makeReport = (broken: string[]): Report => ({
  startedAt: '2026-01-14T21:10:00.000Z',
  seconds: 1,
  command: 'npm run faults',
  machine: { cpu: 'a processor', cores: 2, memoryGib: 4 },
  versions: { node: '24', redis: '7', packline: '0' },
  findings: [
    {
      scenario: 'a scenario',
      what: 'Something is done.',
      promises: ['R1'],
      seed: 1,
      seconds: 1,
      verdict: { ...clean, lost: broken },
      figures: { kills: 3 },
      broken,
      slow: [],
    },
  ],
  proofs: [],
  benchmarks: [],
});

test('a promise that did not hold is told in its row, and nobody is told of one that was not measured', () => {
  const rowOf = (report: Report, id: string) =>
    toMarkdown(report)
      .split('\n')
      .find((line) => line.startsWith(`| ${id} |`));
  expect(rowOf(makeReport([]), 'R1')).toContain('| yes | a scenario |');
  expect(rowOf(makeReport(['lost: an order']), 'R1')).toContain('| no |');
  expect(rowOf(makeReport([]), 'R9')).toContain('| not measured |');
  expect(isBroken(makeReport([]))).toBe(false);
  expect(isBroken(makeReport(['lost: an order']))).toBe(true);
});

test('what an earlier run found stands for what this one leaves out, and is told to be older', () => {
  const earlier = { ...makeReport([]), startedAt: '2025-12-31T10:00:00.000Z' };
  const looked = makeReport([]).findings;
  expect(keptFindings(earlier, looked)).toEqual([]);
  const [other] = looked.map((finding) => ({ ...finding, scenario: 'another' }));
  const findings = [...looked, ...keptFindings({ ...earlier, findings: other === undefined ? [] : [other] }, looked)];
  expect(toMarkdown({ ...earlier, findings })).toContain(
    'Found by the run of 2025-12-31 10:00 UTC, and not looked at again: another.',
  );
  expect(toMarkdown({ ...earlier, findings: looked })).not.toContain('not looked at again');
});

test('every promise has a row', () => {
  expect(promises.map(({ id }) => id)).toEqual(['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'R11']);
});
