import * as z from 'zod';

/** A postal address. `country` is ISO 3166-1 alpha-3, as VTEX and Nash both write it. */
export const AddressSchema = z
  .strictObject({
    street: z.string().min(1).max(200),
    number: z.string().max(40).optional(),
    complement: z.string().max(200).optional(),
    neighborhood: z.string().max(120).optional(),
    city: z.string().min(1).max(120),
    state: z.string().min(1).max(60),
    postalCode: z.string().min(1).max(20),
    country: z.string().regex(/^[A-Z]{3}$/),
    location: z
      .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
      .optional(),
  })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof AddressSchema>;
