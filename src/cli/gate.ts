/** `gate`: rule 10 for a pipeline. Yes only for what was approved, in force, with nothing open. */
import { gate } from '#src/approvals/gate.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { createDeskReader } from '#src/delivery/desk.ts';
import type { CliContext, ExitCode } from './context.ts';
import type { GateFlags } from './flags.ts';
import { withSession } from './session.ts';
import { paragraph } from './terminal.ts';

const REQUESTS_MAX = 10_000;

/** Answers from the events of every request about the system, and of the exceptions they rest on. Exit 0 yes, 1 no. */
export function askGate(context: CliContext, flags: GateFlags): Promise<ExitCode> {
  const { system, version, digest, environment } = flags;
  return withSession<ExitCode>(context, async ({ stores }) => {
    const { ledger } = stores;
    const desk = createDeskReader({ ledger, now: context.now });
    const states = new Map<string, SubmittedState>();
    const rows = await ledger.listRequests({ systemId: system, limit: REQUESTS_MAX });
    const open = rows.map(({ id }) => id);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      // An exception may be named by either of its ids; read each request once.
      const row = states.has(id) ? null : await ledger.findRequest(id);
      if (row === null || states.has(row.id)) continue;
      const state = (await desk.read(row.id))?.state;
      if (state === undefined) continue;
      states.set(row.id, state);
      if (state.document.kind === 'deployment') open.push(...state.document.restsOn);
      if (state.renewedBy !== null) open.push(state.renewedBy);
    }
    const answer = gate([...states.values()], { system, version, digest, environment }, context.now());
    if (flags.json) {
      context.json({ ...answer, until: answer.until?.toISOString() ?? null, system, version, digest, environment });
    } else {
      context.text(
        ...paragraph(`${answer.allowed ? 'yes' : 'NO'}: ${system} ${version} in ${environment}`),
        ...answer.reasons.flatMap(({ code, words }) => paragraph(`${words} (${code})`, '  - ', '    ')),
      );
    }
    return answer.allowed ? 0 : 1;
  });
}
