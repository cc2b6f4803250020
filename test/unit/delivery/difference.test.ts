import { expect, test } from 'vitest';
import type { DeploymentDocument } from '#src/approvals/document.ts';
import { differenceLines } from '#src/delivery/forms/difference.ts';
import { caseDocument, deployment, EMMA, exception, MILO } from '../approvals/fixtures.ts';

const scope = { users: 'Pilot branch', trafficPercent: 5, regions: ['eu-west'], until: null };
const control = { text: 'Two people watch', owner: MILO, dueAt: '2026-12-31T23:59:59.999Z' };

test('nothing differs between equal documents of any kind', () => {
  for (const document of [deployment({ scope }), exception(), caseDocument()])
    expect(differenceLines(document, structuredClone(document))).toEqual([]);
});

test.each<[Partial<DeploymentDocument>, Partial<DeploymentDocument>, readonly string[]]>([
  [{}, { version: '2.2' }, ['changed version: 2.1 → 2.2']],
  [{}, { useCase: 'UC-1' }, ['added use case: UC-1']],
  [{ useCase: 'UC-1' }, {}, ['removed use case: UC-1']],
  [{}, { scope }, ['added scope (users): Pilot branch', 'added scope (traffic): 5', 'added scope (regions): eu-west']],
  [
    { restsOn: ['EX-1', 'EX-2'] },
    { restsOn: ['EX-2', 'EX-3'] },
    ['removed exceptions it rests on: EX-1', 'added exceptions it rests on: EX-3'],
  ],
  [{ evidence: [] }, {}, ['added evidence: model card: https://evidence.example/model-card 2026-10-01']],
  [
    { answers: { personalData: true } },
    { answers: { personalData: false } },
    ['changed answer on personal data: yes → no'],
  ],
])('%j and then %j', (before, after, lines) => {
  const evidence = [{ kind: 'model-card', title: 't', url: 'https://evidence.example/model-card', sha256: null }];
  const dated = evidence.map((item) => ({ ...item, date: '2026-10-01T00:00:00.000Z' }));
  expect(
    differenceLines(deployment({ evidence: dated, ...before }), deployment({ evidence: dated, ...after })),
  ).toEqual(lines);
});

test('long values are cut, a digest more than words, and no person is named', () => {
  const [digest, purpose] = differenceLines(
    deployment(),
    deployment({ digest: `sha256:${'ba'.repeat(32)}`, purpose: 'x'.repeat(1_500) }),
  );
  expect(digest).toBe('changed digest: sha256:abababababa… → sha256:bababababab…');
  expect(purpose?.length).toBeLessThan(200);
  const lines = differenceLines(
    exception({ compensatingControls: [control] }),
    exception({ compensatingControls: [{ ...control, owner: EMMA }] }),
  );
  expect(lines).toEqual(['changed compensating control 1 (owner)']);
});
