import * as z from 'zod';
import { quantileOf } from '../../domain/quantile.ts';
import { InstantSchema } from '../../domain/time.ts';
import { toInstant } from '../../platform/clock.ts';
import { seriesWindows, type SeriesPoint, type SeriesWindow } from '../../store/series.ts';

const byName = (value: z.ZodType<number>, description: string) => z.record(z.string(), value).meta({ description });
const count = z.number().min(0);

export const SeriesViewSchema = z
  .strictObject({
    window: z.enum(['1h', '24h']),
    stepSeconds: z.int(),
    points: z.array(
      z.strictObject({
        at: InstantSchema.meta({ description: 'The step’s beginning' }),
        recorded: z.boolean().meta({ description: 'False: no process ran, and nothing is known of this step' }),
        acceptedPerSecond: count,
        backlog: byName(count, 'Work entries by job, those that wait for their time among them; the most in the step'),
        oldestSeconds: byName(count, 'By job: for how long its oldest entry was due; the longest in the step'),
        partners: z.record(z.string(), z.strictObject({ calls: count, p50Seconds: count, p95Seconds: count })).meta({
          description: 'Calls by connector, and how long they took',
        }),
        deliveries: byName(count, 'Attempts to deliver events, by outcome'),
      }),
    ),
  })
  .meta({ id: 'MetricsSeries' });
export type SeriesView = z.infer<typeof SeriesViewSchema>;

export function toSeriesView(window: SeriesWindow, points: readonly SeriesPoint[]): SeriesView {
  const stepSeconds = seriesWindows[window].stepMs / 1_000;
  return {
    window,
    stepSeconds,
    points: points.map(({ atMs, values }) => ({
      at: toInstant(atMs),
      recorded: values['recorded'] !== undefined,
      acceptedPerSecond: (values['accepted'] ?? 0) / stepSeconds,
      backlog: named(values, 'backlog.'),
      oldestSeconds: Object.fromEntries(Object.entries(named(values, 'oldest.')).map(([job, ms]) => [job, ms / 1_000])),
      partners: toPartners(named(values, 'latency.')),
      deliveries: named(values, 'deliveries.'),
    })),
  };
}

const named = (values: SeriesPoint['values'], prefix: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );

/** `<connector>.<upper bound>` to how many calls took no longer. */
function toPartners(latency: Record<string, number>): SeriesView['points'][number]['partners'] {
  const rows = Object.entries(latency).map(([name, calls]) => {
    const [target, bound] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
    return { target, le: bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), count: calls };
  });
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ target }) => target)].map(([target, buckets]) => [
      target,
      {
        calls: Math.max(...buckets.map((bucket) => bucket.count)),
        p50Seconds: quantileOf(buckets, 0.5) ?? 0,
        p95Seconds: quantileOf(buckets, 0.95) ?? 0,
      },
    ]),
  );
}
