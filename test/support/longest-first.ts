import { createHash } from 'node:crypto';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, and wait for processes most of the time, begin first: the quick ones fill what is left, and nobody
 * waits for the last one alone. Among themselves as vitest knows from the run before, or by size. With `--sequence.shuffle`
 * the seed decides alone.
 */
const longest = ['faults', 'flow/second-thoughts', 'api-contract', 'browser', 'cli', 'guides', 'flow', 'contracts'];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { shuffle, seed } = this.ctx.config.sequence;
    if (shuffle === true) return files.toSorted(by(({ moduleId }) => drawLot(`${seed} ${moduleId}`)));
    const sorted = await super.sort(files);
    return sorted.toSorted(by(({ moduleId }) => rankOf(moduleId)));
  }
}

function rankOf(moduleId: string): number {
  const rank = longest.findIndex((start) => moduleId.includes(`/test/${start}`));
  return rank === -1 ? longest.length : rank;
}

const drawLot = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE();

const by =
  (rank: (file: TestSpecification) => number) =>
  (a: TestSpecification, b: TestSpecification): number =>
    rank(a) - rank(b);
