/** What the desk answers with: the engine on the library in force, a budget for each asker, and the log of answers. */
import type { AnswerSettings } from '#src/answers/settings.ts';
import type { Answer, AskOptions } from '#src/answers/types.ts';
import { type AnswerLog, createAnswerLog } from '#src/delivery/answers/log.ts';
import { budgetOf } from '#src/delivery/answers/model-budget.ts';
import type { Core } from '../core.ts';
import type { Engine } from '../engine.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';

export type OpenAnswers = {
  /** Answers for one person: `person` is the pseudonym under which the model's cost counts. */
  readonly ask: (question: string, options: AskOptions, person: string) => Promise<Answer>;
  /** Where answers are logged as evidence, when the settings say so. */
  readonly log: AnswerLog;
};

export type AnswersParts = {
  readonly engine: Pick<Engine, 'ask' | 'hasModel'>;
  /** Takes over what was accepted before a question was asked, whichever process recorded it. */
  readonly refresh: () => Promise<void>;
  readonly core: {
    readonly stores: Pick<Core['stores'], 'ledger' | 'usage'>;
    readonly recorder: Core['recorder'];
    readonly now: Core['now'];
  };
  /** The settings in force at this moment. */
  readonly settings: () => AnswerSettings;
  /** Called after each commit. */
  readonly committed: () => void;
  readonly log: Log;
};

/** Opens the answering side of the desk on an engine. */
export function openAnswers({ engine, refresh, core, settings, committed, log }: AnswersParts): OpenAnswers {
  const failed = (error: unknown) =>
    log.error({ err: error }, 'the model budget could not be counted; no call was made');
  const budgetFor = (person: string) =>
    !engine.hasModel
      ? {}
      : {
          budget: budgetOf(
            { store: core.stores.usage, settings: () => settings().model, now: core.now, onError: failed },
            person,
          ),
        };
  return {
    async ask(question, options, person) {
      await refresh();
      return engine.ask(question, { ...options, ...budgetFor(person) });
    },
    log: createAnswerLog({
      ledger: core.stores.ledger,
      recorder: core.recorder,
      now: core.now,
      newId,
      committed,
      enabled: () => settings().logAnswers,
    }),
  };
}
