/** What is recorded of answers, and what the language model may cost (`knowledge/answers.yaml`). */
import { z } from 'zod';

const tokens = z.int().min(0).max(1_000_000_000);
/** Currency units; which currency is the price list's matter. */
const money = z.number().min(0).max(1_000_000);
const limit = z.strictObject({ tokens, cost: money.nullable() });

export const answerSettingsSchema = z
  .strictObject({
    version: z.string().trim().min(1).max(30),
    /** Each answer given in Slack becomes an entry of the evidence log. */
    logAnswers: z.boolean(),
    model: z.strictObject({
      /** Of a million tokens; null: only tokens are counted. */
      price: z.strictObject({ input: money, output: money }).nullable(),
      perDay: limit,
      perPersonAndDay: limit,
    }),
  })
  .refine(({ model }) => model.price !== null || (model.perDay.cost ?? model.perPersonAndDay.cost) === null, {
    path: ['model', 'price'],
    message: 'a limit of cost needs a price',
  });

export type AnswerSettings = z.infer<typeof answerSettingsSchema>;
