import * as z from 'zod';
import { eventCatalogue, eventJsonSchemaOf } from '../../domain/event-catalogue.ts';
import { EventTypeSchema, eventTypes } from '../../domain/events.ts';
import { ok } from '../answer.ts';
import { defineGlobalRoute, type Route } from '../define-route.ts';

const common = { method: 'get', tag: 'Outbound webhooks', scope: 'none' } as const;
/** They change with a release only. */
const headers = { 'Cache-Control': 'public, max-age=300' };

const ListSchema = z
  .strictObject({
    data: z.array(z.strictObject({ type: EventTypeSchema, summary: z.string(), schema: z.string() })),
  })
  .meta({ id: 'EventCatalogue' });

const getCatalogue = defineGlobalRoute({
  ...common,
  path: '/schemas',
  summary: 'Every type of event, and where its schema is',
  answers: { 200: { description: 'The catalogue', schema: ListSchema } },
  handle: async ({ deps }) => ({
    ...ok({
      data: eventTypes.map((type) => ({
        type,
        summary: eventCatalogue[type].summary,
        schema: `${deps.settings.baseUrl}/schemas/${type}`,
      })),
    }),
    headers,
  }),
});

const getSchema = defineGlobalRoute({
  ...common,
  path: '/schemas/:type',
  summary: 'JSON Schema (2020-12) of one type of event, with an example',
  params: z.strictObject({ type: EventTypeSchema }),
  answers: { 200: { description: 'The schema of the body', schema: z.record(z.string(), z.unknown()) } },
  handle: async ({ deps, params: { type } }) => ({
    ...ok({ $id: `${deps.settings.baseUrl}/schemas/${type}`, ...eventJsonSchemaOf(type) }),
    headers,
  }),
});

export const schemaRoutes: readonly Route[] = [getCatalogue, getSchema];
