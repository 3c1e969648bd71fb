import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { eventExampleOf, eventJsonSchemaOf, eventSchemaOf } from '../../src/domain/event-catalogue.ts';
import { eventTypes } from '../../src/domain/events.ts';

const ajv = addFormats.default(new Ajv2020({ strict: true }));

describe('every type of event', () => {
  test.each(eventTypes)('%s has an example that its own schema takes as it is', (type) => {
    const example = eventExampleOf(type);
    expect(eventSchemaOf(type).parse(example)).toEqual(example);
  });

  test.each(eventTypes)(
    '%s has a JSON Schema for other validators, which takes the example and nothing more',
    (type) => {
      const takes = ajv.compile(eventJsonSchemaOf(type));
      const example = eventExampleOf(type);
      expect(takes(example)).toBe(true);
      expect(takes({ ...example, extra: 1 })).toBe(false);
      expect(takes({ ...example, type: 'order.unheard_of' })).toBe(false);
      expect(takes({ ...example, data: {} })).toBe(false);
    },
  );
});
