/** What a hold covers, when it can end; and what stands in an envelope. */
import { describe, expect, it } from 'vitest';
import { CHECKLIST, DECOMMISSION_STEPS, stepRefusal } from '#src/systems/decommission.ts';
import { gateSettingsSchema, modeOf } from '#src/systems/gate-settings.ts';
import { covers, type Hold, type HoldScope, liftRefusal } from '#src/systems/holds.ts';
import { createRateLimit } from '#src/systems/rate-limit.ts';

const subject = { system: 'Credit Scoring', version: '2.1', environment: 'production', vendors: ['Nimbus AI'] };

describe('a hold', () => {
  it.each<[HoldScope, boolean]>([
    [{ by: 'system', system: ' credit  scoring ' }, true],
    [{ by: 'system', system: 'credit' }, false],
    [{ by: 'version', system: 'credit scoring', version: '2.1' }, true],
    [{ by: 'version', system: 'credit scoring', version: '2.10' }, false],
    [{ by: 'version', system: 'other', version: '2.1' }, false],
    [{ by: 'vendor', vendor: 'NIMBUS ai' }, true],
    [{ by: 'vendor', vendor: 'Nimbus' }, false],
    [{ by: 'environment', environment: 'Production' }, true],
    [{ by: 'environment', environment: 'prod' }, false],
  ])('%o covers it: %s', (scope, expected) => {
    expect(covers(scope, subject)).toBe(expected);
  });

  const hold: Hold = {
    id: 'h',
    scope: { by: 'system', system: 'credit scoring' },
    incident: 'INC-1',
    by: 'p1',
    role: 'Security Team',
    placedAt: '2026-05-01T10:00:00.000Z',
    status: 'reviewed',
    review: { by: 'p1', at: '2026-05-02T10:00:00.000Z', file: null },
    liftedBy: null,
    version: 2,
  };
  const fresh = { subject, approved: true, decidedAtMs: Date.parse('2026-05-03T00:00:00.000Z') };

  it('ends by a review and a decision that is newer than it', () => {
    expect(liftRefusal(hold, fresh)).toBeNull();
    expect(liftRefusal({ ...hold, review: null, status: 'active' }, fresh)).toBe('review_missing');
    expect(liftRefusal({ ...hold, status: 'lifted' }, fresh)).toBe('not_held');
    expect(liftRefusal(hold, { ...fresh, decidedAtMs: Date.parse(hold.placedAt) })).toBe('no_fresh_quorum');
    expect(liftRefusal(hold, { ...fresh, approved: false })).toBe('no_fresh_quorum');
    expect(liftRefusal(hold, { ...fresh, decidedAtMs: null })).toBe('no_fresh_quorum');
    expect(liftRefusal(hold, { ...fresh, subject: { ...subject, system: 'other' } })).toBe('wrong_basis');
  });
});

describe('the decommissioning checklist', () => {
  const all = DECOMMISSION_STEPS.filter((s) => s !== 'confirm').map((step) => ({ step, by: 'p1', role: 'r', at: '' }));

  it('every step has roles, and the confirmation comes last and from somebody else', () => {
    for (const step of DECOMMISSION_STEPS) expect(CHECKLIST[step].roles.length).toBeGreaterThan(0);
    expect(stepRefusal(all.slice(1), 'confirm', 'p2')).toBe('steps_open');
    expect(stepRefusal(all, 'confirm', 'p1')).toBe('own_steps');
    expect(stepRefusal(all, 'confirm', 'p2')).toBeNull();
    expect(stepRefusal(all, 'stop_traffic', 'p2')).toBe('step_done');
  });
});

describe('the gate settings', () => {
  const settings = gateSettingsSchema.parse({
    version: '1',
    default: 'enforce',
    environments: { development: 'observe' },
    limits: { perTokenAndMinute: 2, newPerTokenAndMinute: 1, unknownPerAddressAndMinute: 1 },
  });

  it('an environment that is not listed is the default', () => {
    expect([modeOf(settings, 'development'), modeOf(settings, 'prod')]).toEqual(['observe', 'enforce']);
  });

  it('a look-alike of a lenient environment is enforced', () => {
    expect(['Development', 'DEVELOPMENT', '\uff44evelopment'].map((name) => modeOf(settings, name))).toEqual([
      'enforce',
      'enforce',
      'enforce',
    ]);
  });

  it('a limit counts per key and minute', () => {
    const limit = createRateLimit();
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    expect([0, 1, 2].map((s) => limit.take('a', 2, at(s)))).toEqual([true, true, false]);
    expect(limit.take('b', 2, at(2))).toBe(true);
    expect(limit.take('a', 2, at(60))).toBe(true);
  });
});
