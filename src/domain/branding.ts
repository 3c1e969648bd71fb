import * as z from 'zod';
import { isTimeZone } from './zoned-time.ts';

/** More than a logo needs; a page is sent with all of it. */
const dataUrlMax = 40_000;
const dataImage = /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;

/** How a merchant's tracking pages look. Null: as they are without. */
export const BrandingSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(80).nullable().meta({ description: 'The shop as its customers know it' }),
    color: z
      .string()
      .regex(/^#[0-9a-fA-F]{6}$/, 'must be #rrggbb')
      .nullable(),
    logoUrl: z
      .string()
      .max(dataUrlMax)
      .refine((url) => isHttps(url) || dataImage.test(url), 'must be an https URL, or a base64 data URL of an image')
      .nullable()
      .meta({ examples: ['https://cdn.example.com/logo.svg'] }),
    supportUrl: z
      .string()
      .max(1_000)
      .refine((url) => isHttps(url) || /^mailto:[^\s?]+@[^\s?]+$/.test(url), 'must be an https or mailto URL')
      .nullable()
      .meta({ examples: ['https://shop.example.com/help'] }),
    timeZone: z
      .string()
      .max(60)
      .refine(isTimeZone, 'is no time zone (IANA)')
      .meta({ description: 'In which times are shown that no carrier gave its own clock to', examples: ['Europe/Berlin'] }), // prettier-ignore
  })
  .meta({ id: 'Branding' });
export type Branding = z.infer<typeof BrandingSchema>;

export const plainBranding: Branding = { name: null, color: null, logoUrl: null, supportUrl: null, timeZone: 'UTC' };

/** An https URL without a user in it. */
export function isHttps(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
}

/** Whether black or white is easier to read on `#rrggbb` (WCAG 2.2, relative luminance). */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  // At 0.179 both have the same contrast.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}
