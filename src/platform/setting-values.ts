import { z } from 'zod';

/** One environment variable: its name, what it does in one line (unit and reason included), and its default as text. */
export interface Setting {
  env: string;
  about: string;
  fallback?: string;
  /** Shown as "configured" only. */
  secret?: true;
}

/** What each field of `SettingsSchema` is called in the environment. `.env.example` is written from it. */
export const settingRegistry = z.registry<Setting>();

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
export const flag = () => z.stringbool({ error: 'must be true or false' });
export const text = () => z.string();
export const list = () =>
  z.string().transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
