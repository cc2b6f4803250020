/** The commands of governance through the real command line, on a folder that a server has started. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestDigest, readManifest } from '#src/systems/manifest.ts';
import { type Started, startOnFolder } from './cli-fixture.ts';
import { countersign } from './cli-run.ts';

let started: Started;
let folder = '';
beforeAll(async () => {
  started = await startOnFolder();
  folder = await mkdtemp(join(tmpdir(), 'countersign-gov-'));
});
afterAll(async () => {
  await started.close();
  await rm(folder, { recursive: true, force: true });
});

const put = async (name: string, text: string) => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

describe('manifest digest', () => {
  it('is the same from files, from the manifest it wrote, and from anybody who hashes it', async () => {
    const model = await put('model.onnx', 'weights');
    const prompt = await put('system.md', 'Be brief.');
    const out = join(folder, 'manifest.json');
    const files = ['--artefact', `model=${model}`, '--prompt', prompt];
    const first = await countersign(['manifest', 'digest', ...files, '--out', out, '--json']);
    expect(first.code).toBe(0);
    const { digest, manifest } = JSON.parse(first.out) as { digest: string; manifest: unknown };
    const read = readManifest(manifest);
    expect(read.ok && manifestDigest(read.manifest)).toBe(digest);
    const again = await countersign(['manifest', 'digest', '--manifest', out]);
    expect(again.out.split('\n')[0]).toBe(digest);
    await put('system.md', 'Be very brief.');
    expect((await countersign(['manifest', 'digest', ...files])).out.split('\n')[0]).not.toBe(digest);
  });

  it('a vendor alias without a review interval is refused with exit 2', async () => {
    const vendor = [
      '--provider',
      'Nimbus',
      '--service',
      'chat',
      '--service-version',
      'latest',
      '--region',
      'eu',
      '--contract',
      'C-1',
    ];
    const refused = await countersign(['manifest', 'digest', ...vendor]);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('reviewEveryDays');
    expect((await countersign(['manifest', 'digest', ...vendor, '--review-days', '30'])).code).toBe(0);
  });
});

describe('systems that were there before', () => {
  it('are entered by an administrator, once, with the day of their approval', async () => {
    const table = await put('legacy.csv', 'name,owner,approval_due,environments\nChurn,U0MILO,2027-03-31,production\n');
    expect((await started.run('system', 'import', table, '--by', 'U0EMMA')).code).toBe(1);
    const entered = await started.run('system', 'import', table, '--by', 'U0CISO', '--json');
    expect([entered.code, JSON.parse(entered.out)]).toEqual([0, { entered: 1, skipped: [] }]);
    expect((await started.run('system', 'import', table, '--by', 'U0CISO')).code).toBe(1);
    const shown = await started.run('system', 'show', 'churn');
    expect(shown.out).toContain('approval due');
    expect(shown.out).toContain('2027-03-31');
    const gate = await started.run(
      'gate',
      '--system',
      'Churn',
      '--version',
      '1',
      '--digest',
      `sha256:${'a'.repeat(64)}`,
      '--environment',
      'production',
    );
    expect(gate.code).toBe(1);
  });
});

describe('the inventory', () => {
  it('takes a use case, its facts and what a version is made of; a stranger changes nothing', async () => {
    expect(
      (await started.run('system', 'use-case', 'Helper', '--purpose', 'Answers staff', '--by', 'U0MILO')).code,
    ).toBe(0);
    expect((await started.run('system', 'show', 'helper')).out).toContain('use_case');
    const facts = [
      '--data',
      'Mail=confidential',
      '--vendor',
      'Nimbus',
      '--ssrm',
      'aic',
      '--link',
      'repository=https://git.example.com/h',
    ];
    expect((await started.run('system', 'describe', 'Helper', ...facts, '--by', 'U0EMMA')).code).toBe(1);
    expect((await started.run('system', 'describe', 'Helper', ...facts, '--by', 'U0MILO')).code).toBe(0);
    expect((await started.run('system', 'describe', 'Helper', '--data', 'Mail=secret', '--by', 'U0MILO')).code).toBe(1);
    const model = await put('helper.bin', 'weights');
    const manifest = join(folder, 'helper.json');
    await countersign(['manifest', 'digest', '--artefact', model, '--out', manifest]);
    expect(
      (await started.run('system', 'add-version', 'Helper', '1.0', '--manifest', manifest, '--by', 'U0MILO')).code,
    ).toBe(0);
    const shown = JSON.parse((await started.run('system', 'show', 'Helper', '--json')).out) as {
      ssrm: string;
      versions: readonly object[];
    };
    expect([shown.ssrm, shown.versions.length]).toEqual(['AIC', 1]);
  });

  it('keeps what a look at a floating alias found', async () => {
    const manifest = join(folder, 'floating.json');
    const vendor = '--provider Nimbus --service chat --service-version latest --region eu --contract C-1';
    await countersign(['manifest', 'digest', ...vendor.split(' '), '--review-days', '30', '--out', manifest]);
    await started.run('system', 'add-version', 'Helper', '2.0', '--manifest', manifest, '--by', 'U0MILO');
    const look = (version: string, ...more: readonly string[]) =>
      started.run('system', 'review-alias', 'Helper', version, ...more);
    const fixed = await look('1.0', '--by', 'U0MILO');
    expect([fixed.code, fixed.err.replace(/\s+/g, ' ')]).toEqual([2, expect.stringContaining('Those that do: 2.0.')]);
    expect((await look('2.0', '--by', 'U0EMMA')).code).toBe(1);
    expect((await look('2.0', '--changed', '--by', 'U0MILO')).code).toBe(0);
    const shown = JSON.parse((await started.run('system', 'show', 'Helper', '--json')).out) as {
      versions: readonly { version: string; changedAt: string | null }[];
    };
    expect(shown.versions.map((v) => [v.version, v.changedAt !== null])).toEqual([
      ['1.0', false],
      ['2.0', true],
    ]);
  });

  it('is left by the checklist, each step by its role', async () => {
    const begun = await started.run('system', 'decommission', 'Helper', '--reason', 'Replaced', '--by', 'U0MILO');
    expect([begun.code, begun.out.includes('stop_traffic')]).toEqual([0, true]);
    expect((await started.run('system', 'step', 'Helper', 'stop_traffic', '--by', 'U0MILO')).code).toBe(1);
    expect((await started.run('system', 'step', 'Helper', 'stop_traffic', '--by', 'U0CAIO')).code).toBe(0);
  });
});

describe('roles and rules', () => {
  it('a table of roles is a proposal that a second administrator accepts', async () => {
    const { stdout } = { stdout: await started.run('directory', 'status', '--json') };
    const admins = (JSON.parse(stdout.out) as { admins: readonly { user: string }[] }).admins.map((a) => a.user).sort();
    expect(admins).toEqual(['U0CAIO', 'U0CISO']);
    const table = await put('roles.csv', 'role,user\nLegal Team,U0EMMA\n');
    const proposed = await started.run('directory', 'propose', table, '--by', 'U0CISO', '--json');
    const { proposal } = JSON.parse(proposed.out) as { proposal: string };
    const own = await started.run('directory', 'accept', proposal, '--by', 'U0CISO', '--json');
    expect([own.code, JSON.parse(own.out)]).toEqual([1, { ok: false, reason: 'already_supported' }]);
    const accepted = await started.run('directory', 'accept', proposal, '--by', 'U0CAIO', '--json');
    expect([accepted.code, JSON.parse(accepted.out)]).toEqual([0, { ok: true, status: 'accepted' }]);
    const unfilled = await started.run('directory', 'unfilled');
    expect(unfilled.code).toBe(1);
    expect(unfilled.out).toContain('Chief AI Officer');
  });

  it('a faulty table names its line', async () => {
    const table = await put('bad.csv', 'role,user\nLegal Team,emma\n');
    const refused = await started.run('directory', 'propose', table, '--by', 'U0CISO');
    expect([refused.code, refused.err.includes('line 2: user')]).toEqual([2, true]);
  });

  it('policy status names what is in force; an unknown proposal is no', async () => {
    const status = JSON.parse((await started.run('policy', 'status', '--json')).out) as {
      inForce: readonly { document: string }[];
    };
    expect(status.inForce.map((one) => one.document)).toEqual(['approval-policy', 'gate-settings', 'answer-settings']);
    expect((await started.run('policy', 'accept', 'nonsense', '--by', 'U0CISO')).code).toBe(1);
  });
});

describe('tokens', () => {
  it('are shown once and revoked by name', async () => {
    const made = await started.run('gate-token', 'create', '--name', 'ci', '--json');
    expect(JSON.parse(made.out)).toMatchObject({ ok: true, token: expect.stringMatching(/^csg_[0-9a-f]{16}_/) });
    expect((await started.run('gate-token', 'create', '--name', 'ci')).code).toBe(1);
    expect((await started.run('gate-token', 'revoke', '--name', 'ci')).code).toBe(0);
    expect((await started.run('gate-token', 'revoke', '--name', 'ci')).code).toBe(1);
  });
});

describe('risks', () => {
  it('go in as a table and come out as one, worst first', async () => {
    const head = 'asset,threat,vulnerability,likelihood,impact,treatment,owner,review_by,systems';
    const rows = [
      'Chat,Injection,No filter,2,2,accept,U0MILO,2027-01-31,churn',
      'Chat,Leak,Open log,5,5,mitigate,U0MILO,2027-01-31,',
    ];
    const table = await put('risks.csv', [head, ...rows].join('\n'));
    expect(JSON.parse((await started.run('risk', 'import', table, '--by', 'U0CISO', '--json')).out)).toEqual({
      recorded: ['RK-1', 'RK-2'],
      left: [],
    });
    const lines = (await started.run('risk', 'export')).out.split('\r\n');
    expect(lines[0]).toMatch(/^id,status,asset,/);
    expect([lines[1]?.slice(0, 4), lines[2]?.slice(0, 4)]).toEqual(['RK-2', 'RK-1']);
    const edited = lines
      .join('\r\n')
      .replace('RK-1,open,Chat,Injection,No filter,2', 'RK-1,open,Chat,Injection,No filter,4');
    const back = await put('edited.csv', `${edited}`);
    const changed = await started.run('risk', 'import', back, '--by', 'U0CISO', '--json');
    expect(JSON.parse(changed.out)).toEqual({ recorded: ['RK-1'], left: ['RK-2 (unchanged)'] });
    expect((await started.run('risk', 'export')).out).toContain('RK-1,open,Chat,Injection,No filter,4');
    const close = (...more: readonly string[]) =>
      started.run('risk', 'close', 'rk-2', '--reason', 'Log is shut', ...more);
    expect((await close('--by', 'U0EMMA')).out).toContain('not_owner');
    expect((await close('--by', 'U0MILO')).code).toBe(0);
    expect((await started.run('risk', 'export')).out).toContain('RK-2,closed,');
    const late = await started.run('risk', 'import', back, '--by', 'U0CISO', '--json');
    expect(JSON.parse(late.out)).toEqual({ recorded: [], left: ['RK-2 (unchanged)', 'RK-1 (unchanged)'] });
    const bad = await put('bad-risks.csv', [head, 'Chat,Leak,Open log,9,5,mitigate,milo,2027-01-31,'].join('\n'));
    const refused = await started.run('risk', 'import', bad, '--by', 'U0CISO');
    expect([refused.code, refused.err.includes('line 2: likelihood'), refused.err.includes('line 2: owner')]).toEqual([
      2,
      true,
      true,
    ]);
  });
});

describe('evidence files', () => {
  it('are captured, attested by another, and named in a form by the printed line', async () => {
    const path = await put('assessment.md', 'Assessed.');
    const capture = [
      'file',
      'capture',
      path,
      '--kind',
      'vendor-assessment',
      '--date',
      '2026-10-01',
      '--source',
      'https://wiki.example.com/a',
      '--by',
      'U0MILO',
    ];
    // The table of roles above left one role standing.
    const captured = await started.run(...capture, '--json');
    const { sha256, line } = JSON.parse(captured.out) as { sha256: string; line: string };
    expect(line).toBe(`vendor-assessment: https://wiki.example.com/a#sha256=${sha256} 2026-10-01`);
    expect((await started.run('file', 'attest', sha256, '--role', 'Legal Team', '--by', 'U0MILO')).code).toBe(1);
    const attest = ['file', 'attest', sha256, '--role', 'Legal Team', '--by', 'U0EMMA'];
    // It was captured for no system: whoever stands for it has to say for what.
    expect(await started.run(...attest)).toMatchObject({ code: 1, err: expect.stringContaining('for which systems') });
    expect((await started.run(...attest, '--system', 'Churn')).out).toBe('Attested as Legal Team, for Churn.\n');
    const more = await started.run(...attest, '--organisation', '--json');
    expect(JSON.parse(more.out)).toMatchObject({ ok: true, systems: [], organisation: true });
    const withdraw = ['file', 'withdraw', sha256, '--reason', 'The vendor changed', '--by'];
    expect((await started.run(...withdraw, 'U0CISO')).code).toBe(1);
    expect((await started.run(...withdraw, 'U0EMMA')).out).toContain('Withdrawn.');
    expect((await started.run(...withdraw, 'U0EMMA')).code).toBe(1);
    const page = await put('page.html', '<html><script>1</script>');
    const refused = await started.run('file', 'capture', page, ...capture.slice(3));
    expect([refused.code, refused.err.includes('not taken')]).toEqual([1, true]);
  });
});
