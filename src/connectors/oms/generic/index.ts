import * as z from 'zod';
import type { OmsConnector } from '../port.ts';

export const GenericSettingsSchema = z.strictObject({});
export type GenericSettings = z.infer<typeof GenericSettingsSchema>;

/**
 * Any OMS that posts canonical orders itself (`POST /v1/orders`, amended with `PATCH`) and hears of them by webhook. Every
 * merchant has this source without connecting it; a connection of its own makes a second one, named in the header
 * `Packline-Connection`, so that equal external ids of two systems stay two orders.
 */
export const generic: OmsConnector<GenericSettings> = {
  id: 'generic',
  kind: 'oms',
  title: 'Any OMS, over the API',
  settings: GenericSettingsSchema,
  urls: () => [],
};
