import { bulkDefects } from './bulk-defects.ts';
import { trackingDefects } from './tracking-defects.ts';
import { endpointDefects } from './endpoint-defects.ts';

/** A replacement in one file: `find` occurs in it exactly once, or the table is stale. */
export interface Edit {
  file: string;
  find: string;
  replace: string;
}

export interface NamedTest {
  file: string;
  /** Its titles, from the outermost `describe` inwards, joined by ` > `. */
  test: string;
}

/** A guard taken out, and the tests that exist to notice. */
export interface Defect {
  name: string;
  /** Which guard is gone, and what would go wrong. */
  what: string;
  edits: readonly Edit[];
  reddens: readonly NamedTest[];
  /** Why nothing but the named tests may run with this defect. */
  onlyNamed?: string;
}

/**
 * Made in every copy, the sound one too: the fault suite believes after one minute that what has not come is lost. It would
 * wait for longer than its tests may take on a busy machine, and they would end by their time and not by what they expect.
 */
export const shortenedPatience: Edit = {
  file: 'test/faults/judge.ts',
  find: 'const endMaxMs = 150_000;',
  replace: 'const endMaxMs = 60_000;',
};

/**
 * One defect a row, the smallest change that takes the guard out; what is planted compiles. A guard that is new, or written
 * anew, has its row here.
 */
export const defects: readonly Defect[] = [
  {
    name: 'intent',
    what: 'An effect at a partner is not written down before it happens: two runs do it at once, and nobody knows of one that died.',
    edits: [
      {
        file: 'src/queues/perform-effect.ts',
        find: 'return { order: claim.holder };',
        replace: 'return null;',
      },
      {
        file: 'src/queues/perform-effect.ts',
        find: 'latest.order.intents[connectionId]?.runId !== runId',
        replace: 'latest.order.id !== orderId',
      },
    ],
    reddens: [
      {
        file: 'test/queues/perform-effect.test.ts',
        test: 'an effect > is written down before it happens, and is over in the commit that records its answer',
      },
      {
        file: 'test/queues/perform-effect.test.ts',
        test: 'an effect > of a run that died in it is looked for by the next run, once nobody can be calling any more',
      },
    ],
  },
  {
    name: 'look before a repeat',
    what: 'A run that finds the intent of one that died does not look whether its effect happened: it does it a second time.',
    edits: [{ file: 'src/domain/claim-intent.ts', find: 'unsure: held !== undefined', replace: 'unsure: false' }],
    reddens: [
      {
        file: 'test/domain/claim-intent.test.ts',
        test: 'an intent > may be taken over when its lease has ended, by a run that is told to look first',
      },
      {
        file: 'test/queues/perform-effect.test.ts',
        test: 'an effect > that failed need not be waited for: the next run goes on at once, and looks first',
      },
    ],
  },
  {
    name: 'applied mark',
    what: 'Nothing remembers that an entry was done: who pushes it once more, because it did not hear of the first push, has it done twice.',
    edits: [
      {
        file: 'src/store/commit.ts',
        find: "redis.call('SET', T .. ':applied:' .. s.id, 1, 'EX', p.mark)",
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/store/entries.test.ts',
        test: 'work entries > are the same work under the same id, while they wait, while they run and just after',
      },
      {
        file: 'test/queues/dispatcher.test.ts',
        test: 'work that was handed over and not done > runs again after its lease, once, though its process died before BullMQ had it',
      },
    ],
  },
  {
    name: 'sequence of an order',
    what: 'Every event of an order is work at once, not only the first: a later one overtakes an earlier one that is tried again.',
    edits: [
      {
        file: 'src/store/commit.ts',
        find: "if redis.call('RPUSH', q.list, q.member) == 1 then push(q.entry.id, q.entry.entry, now + q.entry.delay) end",
        replace: "redis.call('RPUSH', q.list, q.member)\n  push(q.entry.id, q.entry.entry, now + q.entry.delay)",
      },
    ],
    reddens: [
      {
        file: 'test/store/entries.test.ts',
        test: 'work entries > take turns in a sequence: only the head is work, and the next follows in the same commit',
      },
      {
        file: 'test/store/change-order.test.ts',
        test: 'a change of an order > announces what happened in the order it happened, and only the first is work',
      },
    ],
  },
  {
    name: 'signature of a webhook',
    what: 'Any signature that is well formed and in time is believed: anybody who knows the URL moves orders.',
    edits: [
      {
        file: 'src/platform/signature.ts',
        find: "return secretIndex === -1 ? refuse('signature_mismatch') : { ok: true, secretIndex };",
        replace: 'return { ok: true, secretIndex };',
      },
    ],
    reddens: [
      {
        file: 'test/ingress/inbound-webhook.test.ts',
        test: 'every kind of bad signature gets one and the same answer; the reason is for log and metrics',
      },
      {
        file: 'test/ingress/inbound-webhook.test.ts',
        test: 'bytes that differ where text would not are refused',
      },
    ],
  },
  {
    name: 'claim of an idempotency key',
    what: 'A key that was answered is not looked up: a used key brings a second order, and a repeat another answer.',
    edits: [{ file: 'src/store/accept-order.ts', find: 'if seen then', replace: 'if false then' }],
    reddens: [
      {
        file: 'test/store/accept-order.test.ts',
        test: 'the same request again > gets the same answer, whenever it comes, and makes no second work',
      },
      {
        file: 'test/ingress/idempotency.test.ts',
        test: 'a key used for another body is refused without telling anything of the first',
      },
    ],
  },
  {
    name: 'claim of an external id',
    what: 'An external id that is taken is taken again: one order of the OMS is picked and delivered twice.',
    edits: [{ file: 'src/store/accept-order.ts', find: 'if claimed then', replace: 'if false then' }],
    reddens: [
      {
        file: 'test/store/accept-order.test.ts',
        test: 'the same request again > is one order when a hundred come at once, each under a key of its own',
      },
      {
        file: 'test/ingress/idempotency.test.ts',
        test: 'the same order under another key is answered with the order that exists',
      },
    ],
  },
  {
    name: 'memory of a message id',
    what: 'A webhook that was taken is taken again: each repeat of it is stored, and is work.',
    edits: [
      {
        file: 'src/store/inbox.ts',
        find: "if seen then return seen == p.body and 'duplicate' or 'changed' end",
        replace: '',
      },
    ],
    reddens: [
      { file: 'test/store/inbox.test.ts', test: 'a hook > is taken once, however often its message comes' },
      {
        file: 'test/ingress/inbound-webhook.test.ts',
        test: 'the same message again changes nothing, and another body under its id only raises a warning',
      },
    ],
  },
  {
    name: 'address that is dialled',
    what: 'A literal address is dialled unchecked: a URL that got past the first check reaches what only Packline can reach.',
    edits: [
      {
        file: 'src/platform/egress.ts',
        find: 'assertTarget(target.protocol, target.hostname, port);',
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/platform/egress-dial.test.ts',
        test: 'a literal address > is refused by the dispatcher too, without the check of the URL before it',
      },
    ],
    onlyNamed: 'other tests of the file would now dial addresses outside this machine',
  },
  {
    name: 'generation of Redis',
    what: 'A Redis that came back empty is written to: orders are taken a second time, and all that was lost is answered 404.',
    edits: [
      {
        file: 'src/store/entry-lua.ts',
        find: "return redis.call('GET', T .. ':generation') == generation",
        replace: 'return true',
      },
    ],
    reddens: [
      {
        file: 'test/store/entries.test.ts',
        test: 'work entries > are refused by a Redis that is not the one we know',
      },
      {
        file: 'test/store/accept-order.test.ts',
        test: 'on a Redis that is not the one we know, an order > is refused, and nothing of it is written',
      },
    ],
  },
  {
    name: 'Redis that knows nothing',
    what: 'A Redis without a marker counts as the one we know: of each key, order and URL that it lost it is said that there is none.',
    edits: [
      {
        file: 'src/store/generation.ts',
        find: '(await redis.get(globalKeys.generation)) === generation',
        replace: '[generation, null].includes(await redis.get(globalKeys.generation))',
      },
    ],
    reddens: [
      {
        file: 'test/ingress/redis-empty.test.ts',
        test: 'a Redis that came back empty is shut for everybody: never a 401, never a 404, never an empty list',
      },
      { file: 'test/faults/redis.test.ts', test: 'a Redis that came back empty is shut until an operator accepts it' },
    ],
    onlyNamed: 'the other tests of the fault suite take minutes, and have their Redis back as it was',
  },
  {
    name: 'invoice or cancellation',
    what: 'An order that is invoiced is canceled all the same: its goods are stopped, and the customer is charged for them.',
    edits: [
      {
        file: 'src/domain/order-cancel.ts',
        find: 'if (!isCharged(order)) return null;',
        replace: 'if (!isCharged(order) || isCharged(order)) return null;',
      },
    ],
    reddens: [
      {
        file: 'test/domain/order-cancel.test.ts',
        test: 'a merchant who cancels > is refused once there is an invoice, wherever the order is',
      },
    ],
  },
  {
    name: 'tenant of an order',
    what: "Whoever knows an order's id reads and cancels it, whosever it is.",
    edits: [
      {
        file: 'src/store/orders.ts',
        find: 'stored.order.merchantId !== merchantId',
        replace: "merchantId === ''",
      },
    ],
    reddens: [
      { file: 'test/ingress/orders.test.ts', test: 'another merchant neither sees an order nor can act on it' },
      {
        file: 'test/store/orders.test.ts',
        test: 'an order > of another merchant is not found, just as one that does not exist',
      },
    ],
  },
  {
    name: 'seal of a person',
    what: 'Names, addresses and notes lie in Redis as they were posted, and an erasure erases nothing.',
    edits: [
      {
        file: 'src/store/persons.ts',
        find: 'const { wrapped, key } = deps',
        replace: 'const { wrapped } = deps',
      },
      {
        file: 'src/store/persons.ts',
        find: 'sealed: key.seal(JSON.stringify(person), context),',
        replace: 'sealed: JSON.stringify(person),',
      },
    ],
    reddens: [
      {
        file: 'test/store/accept-order.test.ts',
        test: 'an accepted order > leaves nothing of the person in clear, in any key or value',
      },
    ],
  },
  {
    name: 'version that was read',
    what: 'A commit does not ask whether what it read still holds: of two changes at once, one is overwritten.',
    edits: [{ file: 'src/store/commit.ts', find: "if value ~= g.expected then return 'conflict' end", replace: '' }],
    reddens: [
      {
        file: 'test/store/entries.test.ts',
        test: 'work entries > commit everything or nothing, guarded by what was read',
      },
      {
        file: 'test/store/change-order.test.ts',
        test: 'a change of an order > that lost the race is applied again to what the winner left',
      },
    ],
  },
  {
    name: 'windows of a limit',
    what: 'What went out already does not count: a call that was late, or time that is made up for, takes a window over the limit.',
    edits: [
      {
        file: 'src/store/budget-lua.ts',
        find: 'if nth then at = math.max(at, nth + w.perMs * (1 + guard)) end',
        replace: '',
      },
    ],
    reddens: [
      {
        file: 'test/store/take-slot.test.ts',
        test: 'a slot of a budget > keeps every window, and 95 %, where calls go out late by some chance, and take some milliseconds to arrive',
      },
    ],
  },
  {
    name: 'turn of a call',
    what: 'Calls get their slots without regard to class: an order waits behind every call that bulk work has asked for.',
    edits: [
      {
        file: 'src/store/budget-lua.ts',
        find: 'for _, of in ipairs({ classesOf(turn) }) do',
        replace: 'for _, of in ipairs({ 4, 3, 2, 1, 0 }) do',
      },
    ],
    reddens: [
      {
        file: 'test/store/take-slot.test.ts',
        test: 'a slot of a budget > goes to an order before many calls of bulk work that ask for theirs, within two or three slots',
      },
      {
        file: 'test/store/take-slot.test.ts',
        test: 'a slot of a budget > goes to a lower class every fourth time while higher ones want all, so that none starves',
      },
    ],
  },
  {
    name: 'end of an entry',
    what: 'An entry that was handed over counts as done: what a process had taken when it died never comes again.',
    edits: [
      {
        file: 'src/store/entries.ts',
        find: 'leases[#leases + 1] = now + lease',
        replace: "leases[#leases + 1] = '+inf'",
      },
    ],
    reddens: [
      {
        file: 'test/store/begin-entries.test.ts',
        test: 'a hand-over > that waits longer than its lease comes out again, and is begun once all the same',
      },
      {
        file: 'test/queues/dispatcher.test.ts',
        test: 'work that was handed over and not done > runs again after its lease, once, though its process died before BullMQ had it',
      },
    ],
  },
  {
    name: 'accepted means durable',
    what: 'The API answers 202 and stores the order a moment later: what it had promised is lost with the process.',
    edits: [
      {
        file: 'src/store/accept-order.ts',
        find: 'const reply = await runReplicated(',
        replace:
          "const reply = ['created'];\n  const storeLater = (...args: Parameters<typeof runReplicated>) =>\n    void setTimeout(() => runReplicated(...args).catch(() => undefined), 2_000);\n  storeLater(",
      },
    ],
    reddens: [
      { file: 'test/faults/restarts.test.ts', test: 'a rolling restart under load cuts off nobody and loses nothing' },
    ],
  },
  {
    name: 'held picks',
    what: 'What somebody has to look at first is told to the OMS all the same, and charged.',
    edits: [
      {
        file: 'src/domain/order-settlement.ts',
        find: "settlement?.state === 'held'",
        replace: 'settlement?.state === undefined',
      },
    ],
    reddens: [
      {
        file: 'test/domain/order-write-back.test.ts',
        test: 'what was picked is told to the OMS > not while somebody has to look at it',
      },
      {
        file: 'test/domain/order-change.test.ts',
        test: 'settlePicks > announces what nobody asked for, and holds it until somebody accepts it or the rules do',
      },
      {
        file: 'test/ingress/order-billing.test.ts',
        test: 'an invoice > of a bag that somebody has to look at first is refused, until somebody says to have looked',
      },
    ],
  },
  {
    name: 'picks before invoices',
    what: 'An invoice is told before the OMS has what was picked: it is of what was ordered, and cannot be changed any more.',
    edits: [
      {
        file: 'src/domain/order-write-back.ts',
        find: "(oms.tellsPicks !== true || oms.modification?.state === 'done');",
        replace: 'true;',
      },
    ],
    reddens: [
      {
        file: 'test/domain/order-write-back.test.ts',
        test: 'an invoice > is told only after what was picked',
      },
    ],
  },
  ...bulkDefects,
  ...trackingDefects,
  ...endpointDefects,
];
