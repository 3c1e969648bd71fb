import { BrandingSchema } from '../../domain/branding.ts';
import { readBranding, writeBranding } from '../../store/branding.ts';
import { ok } from '../answer.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { withoutUndefined } from '../without-undefined.ts';

const tag = 'Tracking';

const getBranding = defineRoute({
  method: 'get',
  path: '/v1/branding',
  summary: 'How tracking pages look',
  tag,
  scope: 'read',
  answers: { 200: { description: 'Null: as they are without', schema: BrandingSchema } },
  handle: async ({ store, merchantId }) => ok(await readBranding(store, merchantId)),
});

const patchBranding = defineRoute({
  method: 'patch',
  path: '/v1/branding',
  summary: 'Set how tracking pages look',
  description: 'What is not named stays; null takes it back. Pages show it within seconds.',
  tag,
  scope: 'operate',
  body: BrandingSchema.partial()
    .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
    .meta({ id: 'BrandingPatch' }),
  answers: { 200: { description: 'As it is now', schema: BrandingSchema } },
  async handle({ store, merchantId, body }) {
    const branding = { ...(await readBranding(store, merchantId)), ...withoutUndefined(body) };
    await writeBranding(store, merchantId, branding);
    return ok(branding);
  },
});

export const brandingRoutes: readonly Route[] = [getBranding, patchBranding];
