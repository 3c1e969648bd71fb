import type { Defect, NamedTest } from './defects.ts';
import type { TestResult } from './run-tests.ts';

/** What the tests made of one defect. */
export interface Verdict {
  /** Each named test, and what its failure said first. */
  noticed: (NamedTest & { failure: string })[];
  /** Tests in the same files that are red as well, of so many. */
  alsoRed: number;
  others: number;
  /** Why the defect does not count as caught; none when it was. */
  amiss: string[];
}

const same = (a: NamedTest, b: NamedTest): boolean => a.file === b.file && a.test === b.test;
const find = (results: readonly TestResult[], named: NamedTest): TestResult | undefined =>
  results.find((result) => same(result, named));
const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const toText = ({ file, test }: NamedTest): string => `${file} > ${test}`;

/** What is wrong with these tests where nothing is planted. */
export const findUnsound = (named: readonly NamedTest[], sound: readonly TestResult[]): string[] =>
  named.flatMap((each) => {
    const result = find(sound, each);
    if (result === undefined) return [`${toText(each)}: there is no such test`];
    return result.status === 'passed' ? [] : [`${toText(each)}: red already: ${firstLine(result.failure)}`];
  });

/**
 * A defect is caught when every named test is red by an expectation of its own: not because its file does not load, its
 * time ran out or the code threw something. Nor may all of the files' tests be red, as with a script that does not compile:
 * that would be a broken program, and not a guard taken out.
 */
export function judgeDefect({ reddens }: Pick<Defect, 'reddens'>, planted: readonly TestResult[]): Verdict {
  const others = planted.filter((result) => !reddens.some((named) => same(named, result)));
  const alsoRed = others.filter(({ status }) => status === 'failed').length;
  const noticed = reddens.flatMap((named) => {
    const { failure = '' } = find(planted, named) ?? {};
    return isExpectation(failure) ? [{ ...named, failure: firstLine(failure) }] : [];
  });
  const amiss = reddens.flatMap((named) => {
    const result = find(planted, named);
    if (result === undefined) return [`${toText(named)}: did not run`];
    if (result.status === 'passed') return [`${toText(named)}: green, as if nothing were missing`];
    return isExpectation(result.failure)
      ? []
      : [`${toText(named)}: red by no expectation of its own: ${firstLine(result.failure)}`];
  });
  if (others.length > 0 && alsoRed === others.length)
    amiss.push('every test of these files is red: the program is broken');
  return { noticed, alsoRed, others: others.length, amiss };
}

/** What `expect` throws; what it expects of a promise bears a general name. */
const isExpectation = (failure: string): boolean =>
  /^(AssertionError: |Error: expected |Error: promise resolved .* instead of rejecting)/.test(failure);
