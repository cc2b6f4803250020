/** The answering engine of a command: the library in force, and the model where one is configured. No database. */
import { type Answerer, createAnswerer } from '#src/answers/answerer.ts';
import { tokenBudget } from '#src/answers/model-path.ts';
import { type CliContext, CommandError } from '../context.ts';
import { openLibrary } from '../library.ts';

/** What one command may use of the model; a batch goes on without it. */
const TOKENS_MAX = 2_000_000;

/**
 * Opens it. Without OPENAI_API_KEY nothing of a model is loaded: that keeps asking fast. Throws KnowledgeError, and
 * CommandError `usage` for a model's address that is none.
 */
export async function openAnswerer(context: CliContext): Promise<Answerer> {
  const library = await openLibrary(context);
  if (!context.env['OPENAI_API_KEY']?.trim()) return createAnswerer({ library });
  const [{ ConfigError, readConfig }, { openModel }] = await Promise.all([
    import('#src/config.ts'),
    import('#src/wire/engine.ts'),
  ]);
  try {
    const named = Object.entries(context.env).filter(([name]) => name.startsWith('OPENAI_'));
    const { model } = readConfig(Object.fromEntries(named), context.cwd);
    if (model === null) return createAnswerer({ library });
    return createAnswerer({ library, model: await openModel(model), budget: tokenBudget(TOKENS_MAX) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const issue = error.issues[0];
    throw new CommandError('usage', `${issue?.name} ${issue?.problem}.`, issue?.remedy ?? '');
  }
}
