/** `gate`: rule 10 for a pipeline. Yes only for what was approved, in force, with nothing open and nothing suspended. */
import type { GateQuery } from '#src/approvals/gate.ts';
import { createGateDesk, lookAtGate as look } from '#src/delivery/gate/desk.ts';
import { gateLines } from '#src/delivery/gate/lines.ts';
import { gateJson, gateQuestionSchema } from '#src/web/gate-api.ts';
import { newId } from '#src/wire/ids.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { GateFlags } from '../flags.ts';
import { rulesInForce } from '../reading.ts';
import { withSession } from '../session.ts';
import { openWriting } from '../writing.ts';

/** Who asks, as the entry in the log names it. */
const ASKER = { token: 'command line' };

/**
 * Answers, and records a first or changed answer in the log before it is given. Exit 0 where the pipeline may go on, 1
 * where it stops: a no in an environment that is only observed is printed and does not stop it (knowledge/gate.yaml).
 */
export function askGate(context: CliContext, flags: GateFlags): Promise<ExitCode> {
  const { system, version, digest, environment } = flags;
  const question = gateQuestionSchema.safeParse({ system, version, digest, environment });
  if (!question.success) {
    const [issue] = question.error.issues;
    throw new CommandError(
      'usage',
      `--${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      'Nothing was asked. Give system, version, digest and environment as in the request.',
    );
  }
  return withSession<ExitCode>(context, async (session) => {
    const { ledger, records, gate } = session.stores;
    const rules = await rulesInForce(session, context);
    const { recorder, publish } = await openWriting(context, session);
    const desk = createGateDesk({
      ledger,
      records,
      gate,
      recorder,
      newId,
      now: context.now,
      committed: () => undefined,
      settings: () => rules.gate.settings,
    });
    const reply = await desk.ask(question.data, ASKER);
    await desk.flush();
    if (reply === null) throw new Error('the gate gave no answer');
    if (reply.entry !== null) await publish();
    if (flags.json) context.json(gateJson(reply));
    else context.text(...gateLines(reply));
    return reply.pass ? 0 : 1;
  });
}

/** The answer of this moment without recording it: codes only, because words may name what people wrote. */
export function lookAtGate(context: CliContext, question: GateQuery): Promise<object> {
  return withSession(context, async (session) => {
    const { settings } = (await rulesInForce(session, context)).gate;
    const deps = { gate: session.stores.gate, settings: () => settings, now: context.now };
    const { allowed, mode, pass, reasons, answeredAt } = await look(deps, question);
    return { allowed, mode, pass, reasons: reasons.map(({ code }) => code), answeredAt: answeredAt.toISOString() };
  });
}
