/** "Same as DR-1" through the real app: what differs from it stands on the card, bound to DR-1 as it was then. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, OTHER_DIGEST, openStage, type Stage } from './approval-fixture.ts';
import { deployment, submit } from './deployments.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.command('U0MILO', 'deploy');
  await stage.use('U0MILO', { action: 'form_more' }, minimalForm);
  await stage.submit('U0MILO', { ...minimalForm, dataClasses: 'ticket text, product names' });
});
afterAll(() => stage.close());

const next = {
  ...minimalForm,
  version: '1.5.0',
  digest: OTHER_DIGEST,
  purpose: 'Sorts tickets <!channel> and *answers* some.',
  dataClasses: 'ticket text, order numbers',
  'evidence.risk-assessment': 'https://wiki.example.com/risk/ticket-router-2 2026-11-01',
};
const LINES = [
  'Filled in from DR-1, revision 1. What differs:',
  '• changed version: 1.4.0 → 1.5.0',
  '• changed digest: sha256:abababababa… → sha256:cdcdcdcdcdc…',
  '• removed data: product names',
  '• added data: order numbers',
];
/** The card's text, with what protects marks from being read as format taken out. */
const card = async (shortId: string) => (await stage.card(shortId)).replace(/\u200b/g, '');
const likeOf = async (shortId: string) => {
  const { document } = await stage.request(shortId);
  return 'likeRequest' in document ? document.likeRequest : null;
};

describe('a request that was filled in from another one', () => {
  it('names it in the signed document, as it stood then', async () => {
    const source = await stage.request('DR-1');
    await stage.ask('U0EMMA', 'deploy like DR-1', next);
    expect(await likeOf('DR-2')).toEqual({ request: 'DR-1', revision: source.revision.hash });
    const { rows } = await stage.test.database.pool.query<{ like: unknown }>(
      `SELECT data -> 'document' -> 'likeRequest' AS like FROM event WHERE type = 'request.submitted' AND data ->> 'shortId' = 'DR-2'`,
    );
    expect(rows).toEqual([{ like: { request: 'DR-1', revision: source.revision.hash } }]);
  });

  it('is shown to auditors with the revision that it names', async () => {
    await stage.test.server.work.publisher.publish();
    const page = await (await fetch(`${stage.test.server.address}/evidence/requests/DR-2`)).text();
    expect(page).toContain('Filled in from');
    expect(page).toContain((await likeOf('DR-2'))?.revision);
  });

  it('shows the committee what was added, removed and changed, escaped', async () => {
    const shown = await card('DR-2');
    for (const line of LINES) expect(shown).toContain(line);
    expect(shown).toContain('→ Sorts tickets &lt;!channel&gt; and *answers* some.');
    expect(shown).not.toContain('<!channel>');
    await stage.press('U0CISO', 'open_vote');
    const review = await stage.viewText('U0CISO');
    expect(review).toContain('changed version: 1.4.0 → 1.5.0');
    expect(review).toContain('ticket-router-2 2026-11-01');
  });

  it('says the same after the other one was revised, and more after it was revised itself', async () => {
    await stage.ask('U0MILO', 'edit DR-1', { ...minimalForm, version: '1.4.9', dataClasses: 'ticket text' });
    expect((await stage.request('DR-1')).revision.number).toBe(2);
    await stage.ask('U0EMMA', 'edit DR-2', { ...next, environment: 'production' });
    const shown = await card('DR-2');
    for (const line of LINES) expect(shown).toContain(line);
    expect(shown).toContain('changed environment: staging → production');
    // Six lines, and where the rest is.
    expect(shown).toContain('and 1 more behind \\"Details\\".');
    expect((await likeOf('DR-2'))?.request).toBe('DR-1');
  });

  it('says so where a text was erased, and shows it nowhere', async () => {
    await stage.test.database.pool.query(
      `UPDATE disclosure SET value = NULL, salt = '' WHERE value IN ('product names', $1)`,
      [minimalForm.purpose],
    );
    await stage.ask('U0EMMA', 'edit DR-2', next);
    const shown = await card('DR-2');
    expect(shown).toContain('data: a text was erased, so it cannot be compared');
    expect(shown).toContain('purpose: a text was erased, so it cannot be compared');
    expect(shown).not.toContain('product names');
  });

  it('says so where nothing differs, and where what it names is not known', async () => {
    await stage.ask('U0EMMA', 'deploy like DR-2', next);
    expect(await card('DR-3')).toContain('Filled in from DR-2, revision 3; nothing differs.');
    const forged = { request: 'DR-1', revision: 'ab'.repeat(32) };
    await submit(stage.test.server, deployment({ version: '9', likeRequest: forged }));
    await stage.settle();
    expect(await card('DR-4')).toContain(
      'It names DR-1 as what it was filled in from, in a revision that is not known.',
    );
  });
});

describe('no other way of asking', () => {
  it('names a source', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...next, system: 'other' });
    expect(await likeOf('DR-5')).toBeNull();
    expect(await card('DR-5')).not.toContain('Filled in from');
  });
});
