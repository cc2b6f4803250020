/** What the entry of an answered question says (predicate type `urn:countersign:answer:v1`, event `answer.given`). */
import { z } from 'zod';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** SHA-256(salt || utf8(text)); the text is kept nowhere. */
const saltedHash = z.strictObject({ $hidden: sha256Hex });
const code = z.string().min(1).max(100);

/** The event's data as it stands in the entry, version 1. */
export const answerDataSchema = z.strictObject({
  question: saltedHash,
  /** The statement that was given. */
  answer: saltedHash,
  mode: z.enum(['facts', 'extractive', 'model']),
  /** Why nothing was answered; null for an answer. */
  abstained: code.nullable(),
  /** Items cited, primary source first, each at the version and with the text it had. */
  items: z.array(z.strictObject({ id: code, document: code, version: code, sha256: sha256Hex })).max(100),
  /** Calls to a language model that had a part in it; empty without one. */
  model: z
    .array(
      z.strictObject({
        purpose: z.enum(['rewrite', 'phrase', 'check']),
        /** As the server named it in its reply. */
        model: code,
        /** SHA-256 of the prompt file, its first 12 hex digits. */
        prompt: z.string().regex(/^[0-9a-f]{12}$/),
      }),
    )
    .max(3),
});
