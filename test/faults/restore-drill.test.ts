import { expect, it } from 'vitest';
import { runRestoreDrill } from './restore-drill.ts';

it(
  'the commands of the guide bring back what was backed up, what came later comes without doubles, and who was erased stays so',
  { timeout: 400_000 },
  async () => {
    const report = await runRestoreDrill();
    // Nothing is served, and nothing starts, on a Redis that is empty or older than what was there.
    expect(new Set(report.statusesWhileEmpty)).toEqual(new Set([503]));
    expect(report.refusalOnEmpty).toMatch(/redis\.generation/);
    expect(report.refusalOnEmpty).toMatch(/restore it from its backup/);
    expect(report.forgottenApi).toBe(1);
    expect(report.refusalOnRestored).toMatch(/redis\.rewound/);
    expect(report.refusalOnRestored).toMatch(/knows nothing after 2.*--accept-restored/);
    expect(report.doctorOnRestored).toMatchObject({
      status: 'wrong',
      fix: expect.stringContaining('--accept-restored'),
    });

    // Both persons could be read, in orders and webhooks; the backup has one of them still, and Redis none.
    for (const person of ['done', 'erased']) {
      expect(report.readableBefore).toContainEqual(expect.stringMatching(`${person}.canary in .*:order:`));
      expect(report.readableBefore).toContainEqual(expect.stringMatching(`${person}.canary in .*:inbox:`));
    }
    expect(report.readableInBackup).toEqual([]);
    expect(report.readableAfter).toEqual([]);
    expect(report.readableAtTheEnd).toEqual([]);

    // What the backup has goes on; what it has not is gone, and comes again when it is sent again. But not who was erased.
    expect(report.knownOfLate).toEqual([]);
    expect(report.reposted).toEqual({
      open: { status: 202, isSame: true },
      late: { status: 202, isSame: false },
      erased: { status: 409, code: 'order.exists', isSame: false },
    });
    const taken = { status: 'DELIVERED', problems: ['nash.external_id_taken'] };
    const well = { status: 'DELIVERED', problems: [] };
    expect(report.ended).toEqual({
      done: well,
      open: well,
      late: taken,
      shopped: taken,
      bought: well,
      whileShut: well,
    });
    expect(report.doubled).toEqual([]);
  },
);
