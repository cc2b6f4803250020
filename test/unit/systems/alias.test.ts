/** When a vendor's floating alias closes the gate. */
import { describe, expect, it } from 'vitest';
import { aliasFlaw, aliasWatch, remindAtMs } from '#src/systems/alias.ts';

const DAY = 86_400_000;
const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString();
const ms = (day: number) => Date.parse(at(day));

describe('the watch over a version', () => {
  it('is due so many days after the last look, and nothing is watched where nothing floats', () => {
    const version = { reviewEveryDays: 30, reviewedAt: at(10), changedAt: null };
    expect(aliasWatch(version)).toEqual({ dueAt: at(40), changedAt: null });
    expect(aliasWatch({ ...version, reviewEveryDays: null })).toBeNull();
  });

  it('reminds a week before, or a quarter of a short interval before', () => {
    const watch = { dueAt: at(40), changedAt: null };
    expect([30, 365, 8, 1].map((days) => remindAtMs(watch, days))).toEqual([ms(33), ms(33), ms(38), ms(39.75)]);
  });

  it('closes the gate once its time is over, to the millisecond', () => {
    const watch = { dueAt: at(40), changedAt: null };
    expect([0, 1].map((later) => aliasFlaw(watch, ms(1), ms(40) + later))).toEqual([null, 'overdue']);
  });

  it('closes it for what was decided before another model was found, or at nobody knows when', () => {
    const watch = { dueAt: at(40), changedAt: at(20) };
    const decided = [ms(19), ms(20), ms(20) + 1, null];
    expect(decided.map((when) => aliasFlaw(watch, when, ms(30)))).toEqual(['changed', 'changed', null, 'changed']);
    // A later decision does not stand for a look that is missing.
    expect(aliasFlaw(watch, ms(21), ms(41))).toBe('overdue');
  });
});
