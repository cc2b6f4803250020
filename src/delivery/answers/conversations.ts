/** Earlier exchanges of a thread, for follow-up questions: in the database, so that a restart and replicas know them. */
import { z } from 'zod';
import { ABSTAIN_REASONS, type Answer, type Turn } from '#src/answers/types.ts';
import { ssrmActorSchema, ssrmLayerSchema } from '#src/knowledge/schema.ts';

/** How many exchanges of a thread are kept, and how long a question may go on from one. */
export const TURNS_KEPT = 6;
const GOES_ON_MS = 24 * 60 * 60 * 1000;
const QUESTION_CHARS = 2_000;

/** Where people talk: a channel's thread, or a direct message. */
export type Place = { readonly channel: string; readonly thread: string };

/** One exchange as it is stored; `id` is the inbox row it answered. */
export type StoredTurn = Place & {
  readonly id: string;
  readonly at: Date;
  /** Pseudonym, so that an erasure finds it. */
  readonly person: string;
  readonly question: string;
  readonly answer: unknown;
};

export interface TurnStore {
  /** The last {@link TURNS_KEPT} of a place since an instant, oldest first; `except` is left out. */
  of(place: Place, since: Date, except: string): Promise<readonly Pick<StoredTurn, 'question' | 'answer'>[]>;
  /** Keeps it, once, and of its place only the last {@link TURNS_KEPT}. */
  add(turn: StoredTurn): Promise<void>;
}

export type Conversations = {
  /** What went before in a place; without the exchange `except`, which a redelivery finds stored already. */
  of(place: Place, except: string): Promise<readonly Turn[]>;
  add(turn: Place & { readonly id: string; readonly person: string } & Turn): Promise<void>;
};

const text = z.string().max(50_000);
const names = z.array(text).max(1_000);
const storedAnswer: z.ZodType<Answer> = z.object({
  id: text.nullable(),
  question: text,
  answer: text,
  abstained: z.boolean(),
  reason: z.enum(ABSTAIN_REASONS).nullable(),
  mode: z.enum(['facts', 'extractive', 'model']),
  citations: z.array(z.object({ id: text, title: text, document: text, version: text, hash: text, quote: text })),
  roles: z.object({ responsible: names, accountable: names, consulted: names, informed: names }).nullable(),
  owners: z
    .array(z.object({ layer: ssrmLayerSchema, owners: z.array(ssrmActorSchema), shared: z.boolean() }))
    .nullable(),
  /** Who held a role is asked anew each time, and a name less is stored. */
  holders: z.null(),
  items: names.nullable(),
  related: names,
  latencyMs: z.number(),
});

/** Makes the memory. Throws what the store throws. */
export function createConversations(store: TurnStore, now: () => Date): Conversations {
  return {
    async of(place, except) {
      const rows = await store.of(place, new Date(now().getTime() - GOES_ON_MS), except);
      return rows.flatMap(({ question, answer }) => {
        const read = storedAnswer.safeParse(answer);
        return read.success ? [{ question, answer: read.data }] : [];
      });
    },
    async add({ id, person, channel, thread, question, answer }) {
      const kept = { ...answer, holders: null };
      await store.add({
        id,
        channel,
        thread,
        at: now(),
        person,
        question: question.slice(0, QUESTION_CHARS),
        answer: kept,
      });
    },
  };
}
