import type { Defect } from './defects.ts';

const runSendTest = 'test/workers/run-send.test.ts';

/** Guards of bulk runs. */
export const bulkDefects: readonly Defect[] = [
  {
    name: 'rows after answers',
    what: 'Rows count as accepted before the partner has answered: what it refuses or never got is never sent again.',
    edits: [
      {
        file: 'src/bulk/send-batches.ts',
        find: 'const answer = await put(rows);',
        replace: 'const answer = taken;\n        void put(rows).catch(() => undefined);',
      },
    ],
    reddens: [
      {
        file: runSendTest,
        test: 'a run > rejects what cannot be a row, what the partner refuses and what it finds nothing for, and only that',
      },
      {
        file: runSendTest,
        test: 'trouble at the partner > leaves no doubt about rows that it may have taken: they are sent whenever they come',
      },
    ],
  },
  {
    name: 'rows overtaken',
    what: 'A run leaves no word of what it brought to its end: an older one behind it puts the old values back.',
    edits: [
      {
        file: 'src/bulk/run-ledger.ts',
        find: 'if (older.length > 0) page.overtaking.push',
        replace: 'if (older.length > 1_000) page.overtaking.push',
      },
    ],
    reddens: [
      {
        file: runSendTest,
        test: 'several runs of one connection > have the values of the newest at last, and a small one does not wait for a large one',
      },
      {
        file: runSendTest,
        test: 'several runs of one connection > keep a value that a newer one found unchanged from an older one behind it',
      },
    ],
  },
  {
    name: 'rows in doubt after a death',
    what: 'Who takes up a run does not forget what was sent and not committed: the value before the run, sent again, is taken for what the partner has.',
    edits: [
      {
        file: 'src/bulk/recover-sent.ts',
        find: 'if (sentThrough === 0) return;',
        replace: 'if (sentThrough >= 0) return;',
      },
    ],
    reddens: [
      {
        file: runSendTest,
        test: 'a worker that dies > leaves to its successor what was sent and not committed, before anything is compared with it',
      },
    ],
  },
  {
    name: 'rows in doubt after a failure',
    what: 'A run that stops keeps the fingerprints of rows whose request came to no end: what the partner may have in their place is never put right.',
    edits: [
      {
        file: 'src/bulk/send-run.ts',
        find: 'const uncertain = sender.uncertain();',
        replace: 'const uncertain = sender.uncertain().slice(0, 0);',
      },
    ],
    reddens: [
      {
        file: runSendTest,
        test: 'trouble at the partner > leaves no doubt about rows that it may have taken: they are sent whenever they come',
      },
    ],
  },
  {
    name: 'rows once',
    what: 'A run that goes on takes up rows that have their verdict: they are counted twice.',
    edits: [
      {
        file: 'src/bulk/send-run.ts',
        find: 'if (open.verdicts[index] !== 0) continue;',
        replace: '',
      },
    ],
    reddens: [
      {
        file: runSendTest,
        test: 'the end of a run > is not held up by turns: a run goes back when its time is up, and goes on',
      },
    ],
  },
  {
    name: 'rows one at a time',
    what: 'Two requests under way are about one thing: which of the two the partner keeps is chance.',
    edits: [
      {
        file: 'src/bulk/waiting-rows.ts',
        find: 'if (!underWay.has(row.identity)) return addReady(row);',
        replace: 'if (!behind.has(row.identity)) return addReady(row);',
      },
    ],
    reddens: [
      {
        file: 'test/bulk/waiting-rows.test.ts',
        test: 'waiting rows > wait behind one about the same thing that is under way',
      },
    ],
  },
  {
    name: 'commits once',
    what: 'A commit that is sent again, because nobody heard that it was done, counts its rows twice.',
    edits: [
      {
        file: 'src/store/run-progress.ts',
        find: "if redis.call('HGET', run, 'commit') == p.number then return turn() end\n",
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/store/runs.test.ts',
        test: 'the work on a line > counts a commit once, even if it is sent again',
      },
    ],
  },
  {
    name: 'one owner of a line',
    what: 'A worker that lost its line goes on writing beside the one that has it.',
    edits: [
      {
        file: 'src/store/run-progress.ts',
        find: "if redis.call('HGET', KEYS[2], 'owner') ~= p.owner then return 'gone' end\n",
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/store/runs.test.ts',
        test: 'the work on a line > is refused to whoever had the line before',
      },
    ],
  },
  {
    name: 'safety stock by category',
    what: 'Nobody looks which categories a product has: rules that name some keep nothing back.',
    edits: [
      {
        file: 'src/bulk/apply-categories.ts',
        find: 'if (products.length === 0) return rows;',
        replace: 'if (products.length >= 0) return rows;',
      },
    ],
    reddens: [
      {
        file: 'test/workers/safety-stock.test.ts',
        test: 'safety stock > is taken off by store and by the category that the product has in the catalogue',
      },
    ],
  },
];
