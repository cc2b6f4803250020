/** The command line on a database: beside a running server, and with the server stopped. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createPool } from '#src/adapters/postgres/pool.ts';
import { parseCsv } from '#src/evidence/exports/csv.ts';
import { DIGEST, type Started, seedRequests, startOnFolder } from './cli-fixture.ts';
import { countersign, jsonLines, type Ran, widest } from './cli-run.ts';

let started: Started;
beforeAll(async () => {
  started = await startOnFolder();
  await seedRequests(started);
});
afterAll(() => started.close());

const json = (ran: Ran): Record<string, unknown> => {
  expect(jsonLines(ran.out)).toHaveLength(1);
  return JSON.parse(ran.out) as Record<string, unknown>;
};

const person = z.strictObject({ person: z.string(), user: z.string().nullable(), name: z.string().nullable() });
const time = z.iso.datetime({ precision: 3 });
const summary = {
  id: z.uuid(),
  shortId: z.string(),
  kind: z.enum(['deployment', 'exception']),
  title: z.string(),
  status: z.string(),
  tier: z.string(),
  system: z.string().nullable(),
  version: z.string().nullable(),
  digest: z.string().nullable(),
  environment: z.string().nullable(),
  requester: person,
  owner: person,
  submittedAt: time,
  decideBy: time,
  outcome: z.string().nullable(),
  decidedAt: time.nullable(),
  validUntil: time.nullable(),
  revision: z.int(),
  entries: z.array(z.int()).min(1),
};

describe('request', () => {
  it('when it lists, each request is one JSON line, newest first', async () => {
    const ran = await started.run('request', 'list', '--json');
    expect(ran.code).toBe(0);
    const rows = jsonLines(ran.out).map((row) => z.strictObject(summary).parse(row));
    expect(rows.map((row) => [row.shortId, row.status])).toEqual([
      ['EX-1', 'approved'],
      ['DR-2', expect.stringMatching(/submitted|in_review/)],
      ['DR-1', 'approved'],
    ]);
    expect(rows[2]?.requester).toMatchObject({ user: 'U0MILO', name: 'Milo Okafor' });
  });

  it('when it shows one, state and history are there, each line with its entry', async () => {
    const ran = await started.run('request', 'show', 'dr-1', '--json');
    const shown = z
      .object({
        ...summary,
        votes: z.array(
          z.strictObject({ by: person, role: z.string(), choice: z.string(), reason: z.string(), at: time }),
        ),
        history: z.array(
          z.strictObject({
            index: z.int(),
            at: time,
            type: z.string(),
            actor: z.union([person, z.literal('service')]),
            words: z.string(),
          }),
        ),
      })
      .parse(json(ran));
    expect(shown.votes.map((vote) => vote.role).sort()).toEqual([
      'Chief AI Officer',
      'Chief Information Security Officer',
    ]);
    expect(shown.history.map((line) => line.index)).toEqual(shown.entries);
    expect(shown.history.map((line) => line.type)).toEqual(expect.arrayContaining(['request.submitted', 'decided']));
  });

  it('when a person reads it, it fits 80 columns and begins with how it stands', async () => {
    const { out } = await started.run('request', 'show', 'DR-1');
    expect(out.split('\n')[0]).toMatch(/^DR-1 {2}Deploy ticket-router 1\.4\.0 to staging: approved/);
    expect(out).toContain('Milo Okafor (U0MILO)');
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect(widest((await started.run('request', 'list')).out)).toBeLessThanOrEqual(80);
  });

  it('when the id is unknown, it says so on stderr and exits 2', async () => {
    expect(await started.run('request', 'show', 'DR-99', '--json')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('DR-99'),
    });
  });
});

describe('gate', () => {
  const query = ['--system', 'ticket-router', '--version', '1.4.0', '--environment', 'staging'];
  const answer = z.looseObject({
    allowed: z.boolean(),
    pass: z.boolean(),
    mode: z.enum(['observe', 'enforce']),
    request: z.string().nullable(),
    until: time.nullable(),
    entry: z.int().nullable(),
    reasons: z.array(z.strictObject({ code: z.string(), words: z.string(), next: z.string().nullable() })).min(1),
  });

  it('when it was approved, exit 0 with the request', async () => {
    const ran = await started.run('gate', ...query, '--digest', DIGEST, '--json');
    expect(ran.code).toBe(0);
    expect(answer.parse(json(ran))).toMatchObject({ allowed: true, request: 'DR-1', entry: expect.any(Number) });
  });

  it.each([
    ['another digest', ['--digest', `sha256:${'cd'.repeat(32)}`], 'wrong_digest'],
    ['another environment', ['--digest', DIGEST, '--environment', 'production'], 'wrong_environment'],
    ['an unknown system', ['--digest', DIGEST, '--system', 'nobody-knows'], 'unknown_system'],
    ['one that is not decided', ['--digest', DIGEST, '--system', 'credit-scoring', '--version', '2.1'], 'not_decided'],
  ])('when it is %s, exit 1 with the reason', async (_, more, code) => {
    const ran = await started.run('gate', ...query, ...more, '--json');
    expect(ran.code).toBe(1);
    expect(answer.parse(json(ran)).reasons.map((reason) => reason.code)).toContain(code);
  });

  it('the text for a log keeps to 80 columns but for digests, and says once what to do', async () => {
    const other = ['--version', '1.5.0', '--digest', `sha256:${'cd'.repeat(32)}`, '--environment', 'production'];
    const { out } = await started.run('gate', ...query, ...other);
    const lines = out.trimEnd().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[0]).toBe('NO: ticket-router 1.5.0 in production');
    expect(lines.filter((line) => line.startsWith('  > '))).toEqual(['  > Ask in Slack: /governance deploy like DR-1']);
  });

  it('when the same is asked again, it is counted and not recorded again; the log still verifies', async () => {
    const ran = await started.run('gate', ...query, '--digest', DIGEST, '--json');
    expect(answer.parse(json(ran))).toMatchObject({ allowed: true, repeat: true, entry: null });
    expect(json(await started.run('evidence', 'verify', '--json'))).toMatchObject({
      verdict: 'verified',
      unpublished: 0,
    });
  });

  it('when the environment is only observed, a no is told and does not stop', async () => {
    const observed = ['--digest', DIGEST, '--environment', 'development'];
    const ran = await started.run('gate', ...query, ...observed, '--json');
    expect(ran.code).toBe(0);
    expect(answer.parse(json(ran))).toMatchObject({ allowed: false, pass: true, mode: 'observe' });
  });

  it('when an option is missing or no digest is given, exit 2 and nothing on stdout', async () => {
    expect(await started.run('gate', ...query, '--json')).toMatchObject({ code: 2, out: '' });
    expect(await started.run('gate', ...query, '--digest', 'sha256:ab', '--json')).toMatchObject({ code: 2, out: '' });
  });
});

describe('evidence', () => {
  it('when nothing was touched, it is verified with the number of entries and the root', async () => {
    const ran = await started.run('evidence', 'verify');
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^verified\n/);
    expect(ran.out).toMatch(/^entries +\d+ \(index 0 to \d+\)$/m);
    expect(ran.out).toMatch(/^root +[A-Za-z0-9+/]{43}=$/m);
    expect(widest(ran.out)).toBeLessThanOrEqual(80);
    const report = json(await started.run('evidence', 'verify', '--json'));
    expect(report).toMatchObject({ verdict: 'verified', findings: [], anchorStrength: 'none', unpublished: 0 });
    expect(report['disclosuresChecked']).toBeGreaterThan(3);
  });

  it('when a key from elsewhere is given, another log does not verify', async () => {
    const vkeys = json(await started.run('evidence', 'checkpoint', '--json'))['vkeys'] as string[];
    expect((await started.run('evidence', 'verify', '--vkey', vkeys[0] ?? '')).code).toBe(0);
    const foreign = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect((await started.run('evidence', 'verify', '--vkey', foreign)).code).toBe(1);
    expect((await started.run('evidence', 'verify', '--vkey', 'nonsense')).code).toBe(2);
  });

  it('when the checkpoint is kept, it is an anchor that later logs are held against', async () => {
    const checkpoint = await started.run('evidence', 'checkpoint');
    expect(checkpoint.out).toMatch(/^countersign\.local\/[0-9a-f]{16}\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /);
    const kept = join(started.dataDir, 'kept.txt');
    await writeFile(kept, checkpoint.out);
    expect(json(await started.run('evidence', 'verify', '--anchor', kept, '--json'))).toMatchObject({
      verdict: 'verified',
      anchors: [{ result: 'consistent' }],
    });
    await writeFile(kept, checkpoint.out.replace(/\n\d+\n/, '\n999\n'));
    expect((await started.run('evidence', 'verify', '--anchor', kept)).code).toBe(1);
    expect((await started.run('evidence', 'verify', '--anchor', join(started.dataDir, 'none'))).code).toBe(2);
  });

  it('when a proof is asked for, it is a tlog-proof file; an unknown index exits 2', async () => {
    const proof = await started.run('evidence', 'proof', '0');
    expect(proof.out).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 0\n/);
    expect(json(await started.run('evidence', 'proof', '0', '--json'))).toMatchObject({ index: 0 });
    for (const index of ['99999', '-1', 'x', '9007199254740993']) {
      expect(await started.run('evidence', 'proof', index)).toMatchObject({ code: 2, out: '' });
    }
  });

  it('when a bundle is exported, it verifies without the database, and a changed byte does not', async () => {
    const file = join(started.dataDir, 'all.zip');
    const made = await started.run('evidence', 'export', '--format', 'bundle', '--out', file, '--json');
    expect(json(made)).toMatchObject({ format: 'bundle', query: null, requests: 3, unpublished: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const elsewhere = { env: { COUNTERSIGN_DATA_DIR: join(started.dataDir, 'nothing-here') } };
    const alone = await countersign(['evidence', 'verify', '--bundle', file], elsewhere);
    expect(alone).toMatchObject({ code: 0, out: expect.stringMatching(/^self-consistent, signer unproven\n/) });
    const vkeys = json(await started.run('evidence', 'checkpoint', '--json'))['vkeys'] as string[];
    const proven = await countersign(
      ['evidence', 'verify', '--bundle', file, '--vkey', vkeys[0] ?? '', '--json'],
      elsewhere,
    );
    expect(json(proven)).toMatchObject({ verdict: 'verified', keysFrom: 'given', anchorStrength: 'none' });
    const note = join(started.dataDir, 'kept.txt');
    const verify = ['evidence', 'verify', '--bundle', file, '--anchor', note, '--json'];
    await writeFile(note, (await started.run('evidence', 'checkpoint')).out);
    expect(json(await countersign(verify, elsewhere))['anchorStrength']).toBe('outside');
    await writeFile(note, 'no checkpoint');
    const refused = json(await countersign(verify, elsewhere));
    expect(refused).toMatchObject({ verdict: 'failed', anchorStrength: 'none' });
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(file, bytes);
    const damaged = await countersign(['evidence', 'verify', '--bundle', file], elsewhere);
    expect(damaged).toMatchObject({ code: 1, out: expect.stringMatching(/^NOT verified: 1 finding\n/) });
    expect(damaged.out).toContain('Do not rely on this bundle');
    expect(damaged.out).not.toMatch(/database as it is|archive_invalid: archive_invalid/);
    expect(widest(damaged.out)).toBeLessThanOrEqual(80);
    await writeFile(file, 'no archive');
    expect((await countersign(['evidence', 'verify', '--bundle', file, '--json'], elsewhere)).code).toBe(1);
  });

  it('when filters are given, a selection is exported and verifies', async () => {
    const file = join(started.dataDir, 'one.zip');
    const made = json(
      await started.run('evidence', 'export', '--format', 'bundle', '--out', file, '--request', 'DR-1', '--json'),
    );
    const shown = json(await started.run('request', 'show', 'DR-1', '--json'));
    expect(made).toMatchObject({ requests: 1, entries: (shown['entries'] as number[]).length });
    expect((await started.run('evidence', 'verify', '--bundle', file)).code).toBe(0);
    const redacted = join(started.dataDir, 'redacted.zip');
    await started.run('evidence', 'export', '--format', 'bundle', '--out', redacted, '--redact');
    expect(json(await started.run('evidence', 'verify', '--bundle', redacted, '--json'))).toMatchObject({
      verdict: 'self-consistent, signer unproven',
      disclosuresChecked: 0,
    });
  });

  it('when a listing is exported, it names its population; nothing is left of a failed export', async () => {
    const file = join(started.dataDir, 'list.csv');
    const made = json(
      await started.run('evidence', 'export', '--format', 'csv', '--out', file, '--control', 'pol-2.2', '--json'),
    );
    const text = await readFile(file, 'utf8');
    expect(text).toContain('"all indexes read, none missing"');
    expect(
      text
        .trim()
        .split('\r\n')
        .filter((line) => /^\d+,\d{4}-/.test(line)),
    ).toHaveLength(made['entries'] as number);
    expect(made['entries']).toBeGreaterThan(0);
    const bad = ['evidence', 'export', '--format', 'csv'];
    expect((await started.run(...bad, '--out', join(started.dataDir, 'no', 'where.csv'))).code).toBe(2);
    expect((await started.run(...bad, '--out', file, '--from', 'yesterday')).code).toBe(2);
    expect((await started.run(...bad, '--out', file, '--request', 'DR-99')).code).toBe(2);
    expect((await started.run(...bad, '--out', file, '--sample', '2')).code).toBe(2);
    expect((await started.run('evidence', 'export', '--format', 'pdf', '--out', file)).code).toBe(2);
    expect((await started.run('evidence', 'export', '--format', 'csv')).code).toBe(2);
  });

  it.each([
    [
      ['--system', 'Ticket-Router'],
      ['DR-1', 'EX-1'],
    ],
    [['--system', 'ticket'], []],
    [['--control', 'pol-5.2'], ['EX-1']],
    [['--request', 'dr-2'], ['DR-2']],
    [
      ['--person', 'U0CAIO'],
      ['DR-1', 'EX-1'],
    ],
    [
      ['--person', 'okafor'],
      ['DR-1', 'DR-2', 'EX-1'],
    ],
    [['--person', 'okafor', '--system', 'credit-scoring'], ['DR-2']],
    [['--from', '2001-01-01', '--to', '2001-12-31'], []],
    [['--from', '2001-01-01', '--request', 'DR-1'], ['DR-1']],
    [['--to', '2001-01-01T00:00:00Z', '--request', 'DR-1'], []],
  ])('when it is narrowed by %j, the listing holds %j and says what it is', async (filters, expected) => {
    const file = join(started.dataDir, 'narrowed.csv');
    const ran = await started.run('evidence', 'export', '--format', 'csv', '--out', file, ...filters, '--json');
    const made = json(ran) as { readonly entries: number; readonly size: number; readonly root: string };
    const rows = parseCsv(await readFile(file, 'utf8'));
    const about = new Map(rows.slice(0, 10).map(([name = '', value = '']) => [name, value]));
    const entries = rows.slice(11);
    expect(rows[10]?.slice(0, 5)).toEqual(['index', 'time', 'evidence', 'event', 'request']);
    expect([...new Set(entries.map((row) => row[4]).filter((id) => id !== ''))].sort()).toEqual(expected);
    expect(JSON.parse(about.get('query') ?? '')).toEqual(
      Object.fromEntries(filters.flatMap((name, i) => (i % 2 === 0 ? [[name.slice(2), filters[i + 1]]] : []))),
    );
    expect(about.get('count')).toBe(String(entries.length));
    expect([about.get('first index'), about.get('last index')]).toEqual([
      entries[0]?.[0] ?? '',
      entries.at(-1)?.[0] ?? '',
    ]);
    expect(about.get('gap check')).toBe('all indexes read, none missing');
    expect(about.get('checkpoint size')).toBe(String(made.size));
    expect(Buffer.from(about.get('checkpoint root') ?? '', 'base64').toString('hex')).toBe(made.root);
    expect(made.entries).toBe(entries.length);
  });

  it('when nobody, or more than one person, is meant, it says so and writes nothing', async () => {
    const file = join(started.dataDir, 'nobody.csv');
    for (const [words, told] of [
      ['nobody', 'Nobody is known as nobody.'],
      ['a', 'More than one person is known as a.'],
    ] as const) {
      const ran = await started.run('evidence', 'export', '--format', 'csv', '--out', file, '--person', words);
      expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(told) });
    }
    await expect(stat(file)).rejects.toHaveProperty('code', 'ENOENT');
  });

  it('when OSCAL is exported, deployments are results and exceptions are risks', async () => {
    const file = join(started.dataDir, 'oscal.json');
    expect((await started.run('evidence', 'export', '--format', 'oscal-ar', '--out', file)).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('"assessment-results"');
    expect((await started.run('evidence', 'export', '--format', 'oscal-poam', '--out', file)).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain('"plan-of-action-and-milestones"');
    const none = await started.run('evidence', 'export', '--format', 'oscal-ar', '--out', file, '--request', 'EX-1');
    expect(none.code).toBe(1);
    expect(await readFile(file, 'utf8')).toContain('"plan-of-action-and-milestones"');
  });

  it('when a sample is drawn twice with one seed, it is the same', async () => {
    const draw = async (name: string): Promise<string> => {
      const file = join(started.dataDir, name);
      await started.run('evidence', 'export', '--format', 'csv', '--out', file, '--sample', '1', '--seed', 's');
      return readFile(file, 'utf8');
    };
    const first = await draw('a.csv');
    expect(await draw('b.csv')).toBe(first);
    expect(new Set(first.match(/,(?:DR|EX)-\d+,/g))).toHaveProperty('size', 1);
  });
});

describe('what an auditor asks', () => {
  it('when coverage is asked for, each control says which evidence serves it', async () => {
    const { controls } = z
      .looseObject({ controls: z.array(z.looseObject({ control: z.string(), deployments: z.array(z.string()) })) })
      .parse(json(await started.run('evidence', 'coverage', '--json')));
    expect(controls.find(({ control }) => control === 'POL-2.2')?.deployments).toEqual(['DR-1']);
    const { out } = await started.run('evidence', 'coverage');
    expect(out).toContain('POL-2.2: 1 deployment, 1 with a risk assessment');
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  it('when deployments from elsewhere are held against the log, the one without approval is named', async () => {
    const file = join(started.dataDir, 'seen.csv');
    const later = new Date(Date.now() + 60_000).toISOString();
    const rows = [
      `ticket-router,1.4.0,${DIGEST},staging,${later}`,
      `other,1,sha256:${'ef'.repeat(32)},production,${later}`,
    ];
    await writeFile(file, ['system,version,digest,environment,time', ...rows, ''].join('\n'));
    const ran = await started.run('evidence', 'reconcile', file, '--json');
    expect(ran.code).toBe(1);
    expect(json(ran)).toMatchObject({
      unapproved: 1,
      byBreakGlass: 0,
      rows: [{ result: 'approved', request: 'DR-1' }, { result: 'without_approval' }],
      unused: [],
    });
    const { out } = await started.run('evidence', 'reconcile', file);
    expect(out).toMatch(/^1 of 2 deployments had their approval\n/);
    expect(out).toContain('WITHOUT APPROVAL');
    const early = `old-router,1.4.0,${DIGEST},staging,2020-01-01T00:00:00+02:00`;
    await writeFile(file, ['system,version,digest,environment,time', early].join('\n'));
    const before = await started.run('evidence', 'reconcile', file);
    expect(before.code).toBe(1);
    expect(before.out).toContain('BEFORE ITS APPROVAL');
    expect(before.out.replace(/\s+/g, ' ')).toContain('(DR-1, under another name or version)');
    expect(before.out).toContain('Approvals never used: DR-1');
    expect(widest(before.out)).toBeLessThanOrEqual(80);
    await writeFile(file, 'system\nx\n');
    expect((await started.run('evidence', 'reconcile', file)).code).toBe(2);
  });
});

describe('doctor', () => {
  it('beside the running server all is well, and it shows how to connect', async () => {
    const ran = await started.run('doctor');
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/\nall well\n$/) });
    expect(ran.out).toMatch(/PGPASSWORD=\$\(cat \S+\) psql -h \S+ -p \d+ -U countersign -d countersign/);
    expect(widest(ran.out)).toBeLessThanOrEqual(80);
    const report = z
      .strictObject({
        ok: z.literal(true),
        checks: z.array(
          z.strictObject({
            name: z.string(),
            state: z.enum(['ok', 'note', 'problem']),
            detail: z.string(),
            remedy: z.string().nullable(),
          }),
        ),
        problems: z.array(z.unknown()).length(0),
        connect: z.string(),
      })
      .parse(json(await started.run('doctor', '--json')));
    expect(report.checks.map((check) => check.name)).toEqual(expect.arrayContaining(['keys', 'log', 'voting roles']));
  });

  it('when settings are for another workspace, it names the problem and exits 1', async () => {
    const env = {
      ...started.env,
      SLACK_BOT_TOKEN: 'xoxb-1-2-3',
      SLACK_APP_TOKEN: 'xapp-1-2-3',
      COUNTERSIGN_COMMITTEE_CHANNEL: 'C0COMMITTEE',
      COUNTERSIGN_ADMINS: 'U0CISO',
    };
    const report = json(await countersign(['doctor', '--json'], { env }));
    expect(report['problems']).toMatchObject([{ name: 'workspace' }]);
  });

  it('when settings are wrong, each is a problem; commands on the database do not mind Slack', async () => {
    const env = { ...started.env, PORT: 'x', SLACK_BOT_TOKEN: 'nonsense' };
    const ran = await countersign(['doctor', '--json'], { env });
    expect(ran.code).toBe(1);
    expect(json(ran)['problems']).toMatchObject([{ name: 'settings' }, { name: 'settings' }]);
    expect((await countersign(['evidence', 'verify'], { env })).code).toBe(0);
  });
});

describe('with the server stopped', () => {
  beforeAll(() => started.stop());

  it('a command starts the database under the same lock and stops it again', async () => {
    const both = await Promise.all([started.run('evidence', 'verify'), started.run('request', 'list')]);
    expect(both.map((ran) => ran.code)).toEqual([0, 0]);
    await expect(stat(join(started.dataDir, 'postgres', 'cluster', 'postmaster.pid'))).rejects.toThrow();
  });

  it('when one byte of one stored entry is changed by SQL, its index is named and exit is 1', async () => {
    const postgres = await startEmbedded({ dataDir: started.dataDir, mode: 'attach' });
    const pool = createPool(postgres.connectionString, { max: 1 });
    try {
      const flip = (at: number, byte = 200) =>
        pool.query('UPDATE entry SET leaf = set_byte(leaf, $2, get_byte(leaf, $2) # 1) WHERE log_index = $1', [
          at,
          byte,
        ]);
      await flip(5);
      const ran = await started.run('evidence', 'verify');
      expect(ran).toMatchObject({ code: 1, out: expect.stringMatching(/^NOT verified: \d+ findings? \(.*\b5\b/) });
      const report = json(await started.run('evidence', 'verify', '--json'));
      expect(report).toMatchObject({ verdict: 'failed' });
      expect((report['findings'] as { index: number | null }[]).map((finding) => finding.index)).toContain(5);
      await flip(5);
      // An entry that cannot be read at all stops an export; nothing half written is left.
      await flip(5, 0);
      const out = join(started.dataDir, 'tampered.zip');
      expect(await started.run('evidence', 'export', '--format', 'bundle', '--out', out)).toMatchObject({
        code: 1,
        err: expect.stringContaining('evidence verify'),
      });
      await expect(stat(out)).rejects.toThrow();
      await flip(5, 0);
      expect((await started.run('evidence', 'verify')).code).toBe(0);
      await pool.query(`UPDATE disclosure SET value = value || '.' WHERE value = 'Tested under load.'`);
      const text = json(await started.run('evidence', 'verify', '--json'));
      expect((text['findings'] as { code: string }[])[0]?.code).toBe('disclosure_mismatch');
      await pool.query(`UPDATE disclosure SET value = rtrim(value, '.') || '.' WHERE value LIKE 'Tested under load%'`);
      await pool.query('UPDATE outbox SET dead = true, done_at = NULL WHERE key = (SELECT min(key) FROM outbox)');
      expect(json(await started.run('doctor', '--json'))['problems']).toMatchObject([{ name: 'outbox' }]);
    } finally {
      await pool.end();
      await postgres.stop();
    }
  });

  it('when its checkpoint key is gone, doctor says so and verification proves no signer', async () => {
    const { rm } = await import('node:fs/promises');
    await rm(join(started.dataDir, 'keys'), { recursive: true });
    expect((await started.run('evidence', 'verify')).out).toMatch(/^self-consistent, signer unproven\n/);
    const problems = json(await started.run('doctor', '--json'))['problems'] as { name: string }[];
    expect(problems.map((problem) => problem.name)).toContain('keys');
  });
});

describe('a folder that was never started', () => {
  it.each([
    [['evidence', 'verify']],
    [['evidence', 'checkpoint']],
    [['request', 'list', '--json']],
    [['gate', '--system', 's', '--version', '1', '--environment', 'e', '--digest', DIGEST]],
  ])('%j says so, exits 2 and makes nothing', async (args) => {
    const dataDir = join(started.dataDir, 'never');
    expect(await countersign(args, { env: { COUNTERSIGN_DATA_DIR: dataDir } })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('never started'),
    });
    await expect(stat(dataDir)).rejects.toThrow();
  });
});
