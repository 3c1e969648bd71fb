import { Hono } from 'hono';
import { pickerSettingsSchema, type SandboxContext } from './context.ts';
import type { BooksReport } from './books.ts';
import { answerControlError } from './control-error.ts';
import { FaultRuleSchema } from '../domain/partner-fault.ts';
import type { FaultRule } from './faults.ts';
import { mergeSettings } from './merge-settings.ts';

/** The control API that is the same for every partner. Mounted under `/_sandbox`. */
export function makeControl({ books, faults, picker }: SandboxContext, reset: () => void): Hono {
  return new Hono()
    .onError(answerControlError)
    .get('/books', (c) => c.json(books.report(c.req.query('org'))))
    .get('/state', (c) => c.json(toState(books.report(), faults.list())))
    .get('/faults', (c) => c.json({ faults: faults.list() }))
    .post('/faults', async (c) => c.json(faults.add(FaultRuleSchema.parse(await c.req.json())), 201))
    .delete('/faults', (c) => {
      faults.clear();
      return c.body(null, 204);
    })
    .post('/picker', async (c) => c.json(mergeSettings(pickerSettingsSchema, picker, await c.req.json())))
    .post('/reset', (c) => {
      reset();
      return c.body(null, 204);
    });
}

/** The books in figures, without the requests and the orders themselves. */
function toState({ effects, requestsTotal, violations, rates, faults, counts }: BooksReport, rules: FaultRule[]) {
  const done = new Map<string, number>();
  for (const [effect, times] of Object.values(effects)
    .flatMap(Object.values)
    .flatMap(Object.entries<number>)) {
    done.set(effect, (done.get(effect) ?? 0) + times);
  }
  return {
    effects: Object.fromEntries(done),
    requestsTotal,
    violations: violations.length,
    rates,
    faults,
    counts,
    rules,
  };
}
