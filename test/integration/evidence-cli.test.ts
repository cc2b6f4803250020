/** Erasure, holds and rotation through the real command line, beside a running server. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createPool } from '#src/adapters/postgres/pool.ts';
import { type Started, seedRequests, startOnFolder } from './cli-fixture.ts';
import { countersign } from './cli-run.ts';

/** Of a log that is not this one (C2SP tlog-tiles' own test data). */
const OTHER_VKEY = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';

let started: Started;
beforeAll(async () => {
  started = await startOnFolder();
  await seedRequests(started);
  const { people } = started.core.stores;
  await people.personFor('U0GONE', 'Gone Person');
}, 60_000);
afterAll(() => started.close());

/** What somebody with the database's password does. */
async function sql(text: string): Promise<void> {
  const postgres = await startEmbedded({ dataDir: started.dataDir, mode: 'attach' });
  const pool = createPool(postgres.connectionString, { max: 1 });
  await pool.query(text);
  await pool.end();
  await postgres.stop();
}

const json = async (...args: readonly string[]) => {
  const { code, out } = await started.run(...args, '--json');
  return { code, result: JSON.parse(out) as Record<string, unknown> };
};

it('when two administrators decide, a person is erased; a hold keeps it from them; the log verifies', async () => {
  const held = await json('hold', 'place', '--person', 'U0GONE', '--reason', 'Case 12', '--by', 'U0CISO');
  expect(held.code).toBe(0);
  const { id } = (held.result as { hold: { id: string } }).hold;
  const blocked = await json('erase', 'person', 'U0GONE', '--by', 'U0CISO');
  expect(blocked).toMatchObject({ code: 1, result: { ok: false, reason: 'on_hold' } });
  expect((await json('hold', 'release', id, '--by', 'U0CAIO')).code).toBe(0);
  const asked = await json('erase', 'person', 'U0GONE', '--by', 'U0CISO');
  const erasure = (asked.result as { erasure: { id: string } }).erasure.id;
  expect((await json('erase', 'confirm', erasure, '--by', 'U0CISO')).code).toBe(1);
  expect(await json('erase', 'confirm', erasure, '--by', 'U0CAIO')).toMatchObject({
    code: 0,
    result: { erasure: { status: 'done' } },
  });
  expect((await started.run('erase', 'person', 'U0GONE', '--by', 'U0CISO')).code).toBe(2);
  expect((await json('evidence', 'verify')).result['verdict']).toBe('verified');
}, 60_000);

it('when somebody appoints themselves with SQL, verify and doctor name the row, and the rows can be made anew', async () => {
  const forged = `INSERT INTO assignment (id, role, person) VALUES ('forged', 'Countersign Administrator', 'p_mallory')`;
  await sql(forged);
  await sql(`UPDATE request SET status = 'rejected' WHERE short_id = 'DR-1'`);
  const verified = await started.run('evidence', 'verify');
  expect(verified.code).toBe(1);
  expect(verified.out).toMatch(/entry \d+ +projection_mismatch: request DR-1: status is "rejected", entry \d+/);
  expect(verified.out.replace(/\s+/g, ' ')).toContain('assignment forged of Countersign Administrator to p_mallory');
  const doctor = await json('doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.result['problems']).toMatchObject([{ name: 'state' }, { name: 'state' }]);
  // Without the key files only the database itself says whose log it is.
  const env = { ...started.env, COUNTERSIGN_CHECKPOINT_KEY_FILE: 'not-here.pem' };
  const unproven = await countersign(['evidence', 'rebuild-state'], { env });
  expect(unproven.code).toBe(1);
  expect(unproven.out).toContain('--vkey');
  const { vkey } = started.core.workspace;
  const strange = await countersign(['evidence', 'rebuild-state', '--json', '--vkey', OTHER_VKEY], { env });
  expect(strange.code).toBe(1);
  expect(JSON.parse(strange.out)).toMatchObject({ rebuilt: false, findings: [{ code: 'checkpoint_unknown_key' }] });
  const given = await countersign(['evidence', 'rebuild-state', '--json', '--vkey', vkey], { env });
  expect(JSON.parse(given.out)).toMatchObject({ rebuilt: true, verdict: 'verified' });
  await sql(forged);
  expect(await json('evidence', 'rebuild-state')).toMatchObject({ code: 0, result: { rebuilt: true } });
  expect((await json('evidence', 'verify')).code).toBe(0);
  expect((await json('evidence', 'rebuild-state')).result).toMatchObject({ rebuilt: false, findings: [] });
}, 60_000);

it('when the root is shown to people, it is written as in the signed checkpoint', async () => {
  const [, , root = ''] = (await started.run('evidence', 'checkpoint')).out.split('\n');
  expect(Buffer.from(root, 'base64')).toHaveLength(32);
  expect((await started.run('evidence', 'verify')).out).toContain(root);
  const out = join(started.dataDir, 'whole.zip');
  expect((await started.run('evidence', 'export', '--format', 'bundle', '--out', out)).out).toContain(root);
  expect((await started.run('evidence', 'verify', '--bundle', out)).out).toContain(root);
  // Nothing signed speaks for pages and schemas; for keys and objects the log itself does.
  const { unvouched } = (await json('evidence', 'verify', '--bundle', out)).result as { unvouched: readonly string[] };
  expect(unvouched.filter((name) => !/\.html$|^schemas\//.test(name))).toEqual([]);
  expect((await json('evidence', 'verify')).result['checkpoint']).toMatchObject({
    root: Buffer.from(root, 'base64').toString('hex'),
  });
}, 60_000);

it('when the events themselves were changed, nothing is rebuilt on them', async () => {
  await sql(`UPDATE event SET actor = 'p_mallory' WHERE type = 'decided'`);
  const ran = await json('evidence', 'rebuild-state');
  expect(ran).toMatchObject({ code: 1, result: { rebuilt: false } });
  expect(ran.result['findings']).toMatchObject([{ code: 'event_mismatch' }, { code: 'event_mismatch' }]);
  await sql(
    `UPDATE event SET actor = convert_from(decode(convert_from(leaf, 'UTF8')::jsonb ->> 'payload', 'base64'), 'UTF8')::jsonb
       #>> '{predicate,actor,id}' FROM entry WHERE entry.event_id = event.id`,
  );
  expect((await json('evidence', 'verify')).code).toBe(0);
}, 60_000);

it('when a key is rotated, the log verifies with the new files, and the new key is printed', async () => {
  const rotated = await json('evidence', 'rotate-key', '--purpose', 'checkpoint');
  expect(rotated.code).toBe(0);
  expect(rotated.result['vkey']).toMatch(/\+[0-9a-f]{8}\+/);
  expect((await json('evidence', 'verify')).result['verdict']).toBe('verified');
}, 60_000);

it('when the note of what was signed last is damaged, it is said, and nothing is taken as verified', async () => {
  const path = join(started.dataDir, 'keys', 'last-checkpoint.json');
  const note = await readFile(path, 'utf8');
  for (const damaged of ['', note.replace('{"origin"', '{"other":1,"origin"')]) {
    await writeFile(path, damaged);
    for (const command of ['verify', 'rebuild-state']) {
      const { code, err } = await started.run('evidence', command);
      expect(code).toBe(2);
      expect(err.replace(/\s+/g, ' ')).toContain('what was signed last');
    }
  }
  await writeFile(path, note);
  expect((await json('evidence', 'verify')).code).toBe(0);
}, 60_000);

it('when entries wait for a checkpoint for more than a minute, doctor says how many', async () => {
  await sql('DELETE FROM checkpoint');
  await sql(`UPDATE log_head SET last_at = last_at - interval '2 minutes'`);
  const doctor = await json('doctor');
  expect(doctor).toMatchObject({ code: 1, result: { problems: [{ name: 'checkpoint' }] } });
}, 60_000);
