/** What a modal is about: its `private_metadata`, at most 3,000 characters, read back with every payload. */
import { z } from 'zod';

/** A form about a request that exists. */
export const aboutRequestSchema = z.object({
  /** Request id, and hash of the revision that was shown. */
  r: z.string().min(1).max(60),
  v: z.string().max(80),
  /** Hash of what a voter was shown. */
  card: z.string().max(80).optional(),
  /** Ids of the conditions that were shown. */
  c: z.array(z.string().max(20)).max(60).optional(),
  /** Nonce of a revision that the form makes. */
  n: z.string().min(16).max(80).optional(),
  /** Number of a scope proposal or of a meeting. */
  p: z.number().int().optional(),
  /** How many groups of fields are shown. */
  k: z.number().int().min(1).max(12).optional(),
  /** A file of the message from which the form was opened, as a form's value holds it. */
  f: z.array(z.string().max(60)).max(1).optional(),
});
export type AboutRequest = z.infer<typeof aboutRequestSchema>;

/** A form that makes a request or a revision of one. */
export const aboutFormSchema = z.object({
  /** Random: hides the document behind its revision hash. */
  n: z.string().min(16).max(80),
  /** Channel to answer in. */
  ch: z.string().max(40).optional(),
  /** Request being edited, with the revision it was filled in from. */
  e: z.string().max(60).optional(),
  v: z.string().max(80).optional(),
  /** Request whose document it was filled in from, and why. */
  l: z.string().max(60).optional(),
  why: z.enum(['like', 'renew', 'edit']).optional(),
  /** 1: the rarer fields are shown. */
  x: z.literal(1).optional(),
  k: z.number().int().min(1).max(12).optional(),
});
export type AboutForm = z.infer<typeof aboutFormSchema>;

/** The form of the rules: hex sha256 of the policy version from which it was drawn. */
export const aboutRulesSchema = z.object({ b: z.string().regex(/^[0-9a-f]{64}$/) });

/** The form that puts a waiting policy to the vote: its proposal. */
export const aboutPolicyVoteSchema = z.object({ p: z.string().min(1).max(60) });

/** Reads a modal's metadata, or a button's value; null when it is not ours. */
export function readAbout<T extends z.ZodType>(schema: T, value: string): z.infer<T> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
