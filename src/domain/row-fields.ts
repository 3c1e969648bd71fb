import * as z from 'zod';
import { isCurrency } from './currency.ts';

/** What a partner's signed integer of 32 bits holds. */
export const rowWholeMax = 2_147_483_647;

/** Whole units of stock, and money in the currency's minor unit. */
export const RowWholeSchema = z.int().min(0).max(rowWholeMax);

export const RowCurrencySchema = z.string().refine(isCurrency, {
  error: 'is no ISO 4217 code',
  params: { code: 'field.currency' },
});

export const RowWordSchema = z.string().min(1).max(120);

/** A share: 0.1 is ten per cent. */
export const TaxShareSchema = z.number().min(0).max(1);
