/** `doctor`: everything that could keep Countersign from working, each with what to do about it. */
import { PostgresError } from '#src/adapters/postgres/errors.ts';
import { StoreError } from '#src/adapters/prisma/errors.ts';
import { ConfigError } from '#src/config.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import { withSession } from '../session.ts';
import { checkDatabase, psqlLine } from './database.ts';
import {
  checkAnswers,
  checkDirectoryFile,
  checkGate,
  checkKnowledge,
  checkNode,
  checkPolicy,
  checkSettings,
} from './files.ts';
import { createFindings, doctorLines, problemsOf } from './report.ts';

/** Runs every check. Exit 0 when all is well, 1 with problems; a folder that was never started is no problem. */
export async function doctor(context: CliContext, flags: { readonly json?: true }): Promise<ExitCode> {
  const found = createFindings();
  checkNode(found);
  const config = checkSettings(context, found);
  await checkKnowledge(context, found);
  const policy = await checkPolicy(found);
  await checkGate(found);
  await checkAnswers(found);
  if (config !== null) await checkDirectoryFile(config, found);
  let connect: string | null = null;
  try {
    await withSession(context, async (session) => {
      connect = psqlLine(session);
      await checkDatabase(context, session, config, policy, found);
    });
  } catch (error) {
    if (error instanceof CommandError && error.code === 'never_started') {
      found.note('database', 'Countersign was never started here: the first start makes it');
    } else if (error instanceof PostgresError || error instanceof StoreError) {
      found.problem('database', error.message, error.remedy);
    } else if (!(error instanceof ConfigError)) throw error;
  }
  const problems = problemsOf(found.checks);
  if (flags.json) {
    context.json({
      ok: problems.length === 0,
      checks: found.checks,
      problems: problems.map(({ name, detail, remedy }) => ({ name, detail, remedy })),
      connect,
    });
  } else context.text(...doctorLines(found.checks, connect));
  return problems.length === 0 ? 0 : 1;
}
