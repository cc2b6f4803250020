import { z } from 'zod';

/** A field of one to `max` UTF-16 units after trimming, without lone surrogates: those have no canonical JSON. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed());
