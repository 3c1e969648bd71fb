import { describe, expect, test } from 'vitest';
import { listFiles, readText } from '../../architecture/source-tree.ts';
import { defects, shortenedPatience } from './defects.ts';
import { applyEdit } from './plant.ts';
import type { TestResult } from './run-tests.ts';
import { findUnsound, judgeDefect } from './verdict.ts';

const edits = [shortenedPatience, ...defects.flatMap((defect) => defect.edits)];

describe('the table of planted defects', () => {
  test('finds what it replaces once in its file', () => {
    for (const edit of edits) expect(() => applyEdit(readText(edit.file), edit)).not.toThrow();
  });

  test('is stale where what it replaces is gone, or there twice', () => {
    const edit = { file: 'a.ts', find: 'guard();', replace: '' };
    expect(applyEdit('a; guard(); b;', edit)).toBe('a;  b;');
    expect(() => applyEdit('a; b;', edit)).toThrow('stale');
    expect(() => applyEdit('guard(); guard();', edit)).toThrow('stale');
  });

  test('names tests that exist', () => {
    const files = listFiles();
    for (const { file, test: name } of defects.flatMap(({ reddens }) => reddens)) {
      expect(files).toContain(file);
      const text = readText(file);
      const missing = name.split(' > ').filter((title) => !["'", '"', '`'].some((q) => text.includes(q + title + q)));
      expect(missing, file).toEqual([]);
    }
  });

  test('has a name of its own for each, and a test that must notice', () => {
    expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
    expect(defects.filter(({ reddens }) => reddens.length === 0)).toEqual([]);
  });
});

const named = { file: 'a.test.ts', test: 'a guard > holds' };
const other = { file: 'a.test.ts', test: 'a neighbour' };
const green = (of: typeof named): TestResult => ({ ...of, status: 'passed', failure: '' });
const red = (of: typeof named, failure = 'AssertionError: expected 2 to be 1\n    at line'): TestResult => ({
  ...of,
  status: 'failed',
  failure,
});
const amissIn = (...planted: TestResult[]): string => judgeDefect({ reddens: [named] }, planted).amiss.join('\n');

describe('a defect', () => {
  test('is caught when the named test is red by what it expects, and others are green', () => {
    const verdict = judgeDefect({ reddens: [named] }, [red(named), green(other)]);
    expect(verdict).toEqual({
      noticed: [{ ...named, failure: 'AssertionError: expected 2 to be 1' }],
      alsoRed: 0,
      others: 1,
      amiss: [],
    });
  });

  test('is not caught by a test that stays green, or whose file does not load', () => {
    expect(amissIn(green(named), green(other))).toContain('green, as if nothing were missing');
    expect(amissIn(red(other))).toContain('did not run');
  });

  test.each(['SyntaxError: Unexpected token', 'TestTimeoutError: Test timed out in 20000ms.', 'ReplyError: ERR Error'])(
    'is not caught by a test that is red by %s',
    (failure) => {
      expect(amissIn(red(named, failure), green(other))).toContain('by no expectation of its own');
    },
  );

  test('is not caught where everything is red: that is a program that does not run', () => {
    expect(amissIn(red(named), red(other))).toContain('the program is broken');
  });
});

test('a named test that is red already, or not there, proves nothing', () => {
  expect(findUnsound([named], [green(named)])).toEqual([]);
  expect(findUnsound([named], [red(named)])).toEqual([expect.stringContaining('red already')]);
  expect(findUnsound([named], [green(other)])).toEqual([expect.stringContaining('there is no such test')]);
});
