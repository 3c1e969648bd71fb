import { EventBodySchema, type EventType } from './events.ts';

/** What people, or partners in their own words, have written into an event; everything else in it is a code, a number or an id. */
const freeText: Partial<Record<EventType, Readonly<Record<string, string | null>>>> = {
  'order.canceled': { reason: null },
  'order.problem': { detail: 'erased with the person' },
};

/** The body of an event with nothing of it; as it was, where there is nothing. */
export function withoutFreeText(type: EventType, body: string): string {
  const blanks = freeText[type];
  if (blanks === undefined) return body;
  const { data, ...rest } = EventBodySchema.parse(JSON.parse(body));
  return JSON.stringify({ ...rest, data: { ...data, ...blanks } });
}
