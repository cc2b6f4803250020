/**
 * What the language model may cost, a person and day (`knowledge/answers.yaml`). Counted in the database before each
 * call, at the most it can use, and corrected after it: no number of replicas or questions at once goes above the limit.
 */
import type { AnswerSettings } from '#src/answers/settings.ts';
import type { ModelBudget, TokenUse } from '#src/answers/types.ts';

/** A share of a day's use, by one person; `cost` in millionths of the price list's currency. */
export type Usage = {
  /** UTC: `2026-11-21`. */
  readonly day: string;
  /** Pseudonym. */
  readonly person: string;
  readonly tokens: number;
  readonly cost: number;
};

/** Most that may stand in a row; `cost` null: no limit. */
export type UsageLimit = { readonly tokens: number; readonly cost: number | null };

export interface UsageStore {
  /** Counts it for the person and for everybody, or for neither when one of them would go above its limit: false. */
  take(usage: Usage, limits: { readonly each: UsageLimit; readonly together: UsageLimit }): Promise<boolean>;
  /** Adds what may be negative. */
  correct(usage: Usage): Promise<void>;
  /** Everybody together; `overBudget` counts calls that were not made. */
  ofDay(day: string): Promise<{
    readonly tokens: number;
    readonly cost: number;
    readonly calls: number;
    readonly overBudget: number;
  }>;
}

export type BudgetDeps = {
  readonly store: Pick<UsageStore, 'take' | 'correct'>;
  readonly settings: () => AnswerSettings['model'];
  readonly now: () => Date;
  /** The store failed: no call is made, the answer comes without the model. */
  readonly onError: (error: unknown) => void;
};

const MILLION = 1_000_000;

/** The day a use counts for. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The budget of one person. */
export function budgetOf(deps: BudgetDeps, person: string): ModelBudget {
  return {
    async reserve(most) {
      const { price, perDay, perPersonAndDay } = deps.settings();
      const day = dayOf(deps.now());
      const taken = { tokens: most.input + most.output, cost: costOf(most, price) };
      const limits = { each: limitOf(perPersonAndDay), together: limitOf(perDay) };
      try {
        if (!(await deps.store.take({ day, person, ...taken }, limits))) return null;
      } catch (error) {
        deps.onError(error);
        return null;
      }
      return {
        settle: (used) =>
          deps.store
            .correct({
              day,
              person,
              tokens: used.input + used.output - taken.tokens,
              cost: costOf(used, price) - taken.cost,
            })
            // What was set aside stays counted: too much rather than too little.
            .catch(deps.onError),
      };
    },
  };
}

/** A price of one for a million tokens is one millionth for a token. */
function costOf({ input, output }: TokenUse, price: AnswerSettings['model']['price']): number {
  return price === null ? 0 : Math.ceil(input * price.input + output * price.output);
}

function limitOf({ tokens, cost }: AnswerSettings['model']['perDay']): UsageLimit {
  return { tokens, cost: cost === null ? null : Math.floor(cost * MILLION) };
}
