/**
 * Answers as evidence (a setting, off by default): which items were cited at which text, how the answer came about, and
 * salted hashes of question and answer. The texts are kept nowhere, and who asked stands nowhere.
 */

import type { z } from 'zod';
import type { Answer, ModelCall } from '#src/answers/types.ts';
import type { answerDataSchema } from '#src/evidence/answer-data.ts';
import type { OutgoingMessage } from '../ports.ts';
import { onStream, type StreamDeps } from '../streams/stream.ts';

export type AnswerLogDeps = StreamDeps & {
  /** Whether answers are logged at this moment. */
  readonly enabled: () => boolean;
};

/** An answer that is about to be given. */
export type GivenAnswer = {
  /** UUID that is the same for the same stored payload. */
  readonly id: string;
  readonly commandId: string;
  readonly question: string;
  readonly answer: Answer;
  readonly calls: readonly ModelCall[];
  readonly message: OutgoingMessage;
};

export type AnswerLog = {
  /**
   * Commits the entry together with the message, so that what is shown is what was logged, also after a crash. False
   * when answers are not logged: then nothing is done.
   */
  record(given: GivenAnswer): Promise<boolean>;
};

const hidden = (path: string) => ({ path, person: null, saltOnly: true }) as const;
type Text = { readonly question: string; readonly answer: string };
type AnswerData = Omit<z.infer<typeof answerDataSchema>, keyof Text> & Text;

/** Makes the log. Throws CommitError and what the ledger throws. */
export function createAnswerLog(deps: AnswerLogDeps): AnswerLog {
  return {
    async record(given) {
      if (!deps.enabled()) return false;
      const { id, commandId, message } = given;
      return onStream<boolean>(
        deps,
        { stream: `answer:${id}`, actor: 'service', commandId, commandKind: 'answer' },
        () => ({
          kind: 'commit',
          drafts: [{ type: 'answer.given', data: dataOf(given), hide: [hidden('question'), hidden('answer')] }],
          records: [],
          outbox: [message],
          result: () => true,
        }),
        async () => true,
      );
    },
  };
}

function dataOf({ question, answer, calls }: GivenAnswer): AnswerData {
  return {
    question,
    answer: answer.answer,
    mode: answer.mode,
    abstained: answer.reason,
    items: answer.citations
      .slice(0, 100)
      .map(({ id, document, version, hash }) => ({ id, document, version, sha256: hash })),
    model: calls.map(({ purpose, model, promptHash }) => ({ purpose, model, prompt: promptHash })),
  };
}
