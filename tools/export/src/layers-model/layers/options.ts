// Parts of configurations that many layers have. What a schema does not name has no effect at inference.
import * as z from 'zod';

/** A yes or no with a default where the file has none. */
export const flag = (otherwise: boolean): z.ZodType<boolean> =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? otherwise);

/** A number with a default where the file has none. */
export const number = (otherwise: number): z.ZodType<number> =>
  z
    .number()
    .nullish()
    .transform((value) => value ?? otherwise);

/** Units, vocabulary entries, repetitions. */
export const size = z.int().positive();

/** An option that would change the result in a way that TF.js does not follow. */
export const off = (reason: string): z.ZodType<false | null | undefined> =>
  z.literal(false, { error: `not supported, ${reason}` }).nullish();

/** TF.js cannot apply layers that have one. */
export const noActivityRegularizer = z
  .null({ error: 'TF.js cannot run a layer with one; save the model without it' })
  .optional();
