import * as z from 'zod';

/**
 * So much of a partner's limit is left free, in per cent: for what happens to calls on their way there. A partner far away, or
 * one that counts in a way of its own, may need more.
 */
export const RateMarginPercentSchema = z.number().min(0).max(50).default(4);
