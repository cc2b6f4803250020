/** What the server and the process that builds an index say to each other. */
import { z } from 'zod';
import type { VectorEntry } from '#src/answers/types.ts';
import type { EmbedderSettings } from './embedder-settings.ts';

/** From the server: the task, its texts in portions, and that all were sent. */
export type BuildOrder =
  | {
      readonly kind: 'task';
      readonly root: string;
      readonly path: string;
      readonly key: string;
      readonly embedder: EmbedderSettings;
    }
  | { readonly kind: 'entries'; readonly entries: readonly VectorEntry[] }
  | { readonly kind: 'build' };

const count = z.number().int().min(0);

/** From the builder. */
export const buildReportSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), done: count, total: count, items: count }),
  z.strictObject({ kind: z.literal('built'), embedded: count, vectors: count }),
  z.strictObject({ kind: z.literal('failed'), message: z.string().max(10_000) }),
]);

export type BuildReport = z.infer<typeof buildReportSchema>;
