/** The pure decision on a long request, with the fixtures of its tests. */
import { fold } from '#src/approvals/apply.ts';
import { decide } from '#src/approvals/decide.ts';
import { measuredVote } from '../../test/unit/approvals/fixtures.ts';
import { percentile, type Report } from './report.ts';

export const name = 'decide';

const EVENTS = 200;
const CALLS_A_ROUND = 20;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const { desk: one, state, command } = measuredVote(EVENTS);
  const now = new Date(one.nowMs);
  if (!decide(state, command, now).ok) throw new Error('the measured vote is refused');
  const rounds = report.quick ? 500 : 2_000;
  const deciding = micros(rounds, () => decide(state, command, now));
  const folding = micros(rounds / 10, () => fold(one.events));
  report.figure({
    what: `decide on ${EVENTS} events, median`,
    value: percentile(deciding, 0.5),
    unit: 'µs',
    bar: { below: 50 },
  });
  report.figure({ what: `decide on ${EVENTS} events, p99`, value: percentile(deciding, 0.99), unit: 'µs' });
  report.figure({ what: `  reading the state from its events`, value: percentile(folding, 0.5), unit: 'µs' });
}

/** Microseconds a call, over rounds of several calls, after a warm-up. */
function micros(rounds: number, call: () => unknown): readonly number[] {
  for (let warm = 0; warm < 500; warm++) call();
  return Array.from({ length: rounds }, () => {
    const since = performance.now();
    for (let count = 0; count < CALLS_A_ROUND; count++) call();
    return ((performance.now() - since) / CALLS_A_ROUND) * 1000;
  });
}
