import * as z from 'zod';
import { ExternalIdSchema } from '../../../domain/order-input.ts';
import { ok } from '../../answer.ts';
import { defineRoute, type Route } from '../../define-route.ts';
import type { Dialect } from '../../dialect.ts';
import { findOrder } from './find-order.ts';
import { LegacyOrderSchema, toLegacyOrder } from './legacy-shape.ts';
import { root, tag } from './paths.ts';
import { makeLegacyRefused } from './refusals.ts';

/** `GET /picking-tracking/{orderId}`, the older API: its 17 statuses, and what was picked. */
export const makeLegacyRoute = (dialect: Dialect): Route =>
  defineRoute({
    method: 'get',
    path: `${root}/legacy/picking-tracking/:orderId`,
    summary: 'Get order status and information',
    tag,
    scope: 'read',
    params: z.object({ orderId: ExternalIdSchema }),
    dialect,
    problems: ['order.ambiguous'],
    refusals: ['compat.legacy_order', 'compat.legacy_elsewhere'],
    answers: { 200: { description: 'The order', schema: LegacyOrderSchema } },
    async handle({ params: { orderId }, store, merchantId }) {
      const stored = await findOrder({ store, merchantId }, orderId);
      if (stored === null) throw makeLegacyRefused('compat.legacy_order', orderId);
      const answer = toLegacyOrder(stored.order);
      if (answer === null) throw makeLegacyRefused('compat.legacy_elsewhere', orderId);
      return ok(answer);
    },
  });
