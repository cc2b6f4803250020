/** Evidence that is uploaded in Slack: in the form, later, or from a message in the request's thread. */
import { createHash, randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const PDF = '%PDF-1.7\n% an assessment\n';
const sha256Of = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const upload = (as: string, name: string, bytes: Uint8Array | string) => stage.test.driver.upload(as, name, bytes);
const fileOf = (sha256: string) => stage.test.server.systems.evidence.read(sha256);
const withFile = (id: string, beside: string) => ({
  ...minimalForm,
  'evidence.risk-assessment': beside,
  'file.risk-assessment': [id],
});

describe('a file in the form', () => {
  it('is kept under its hash with date, end and version, and the request names it', async () => {
    const id = await upload('U0MILO', 'risk.pdf', PDF);
    await stage.ask('U0MILO', 'deploy', withFile(id, '2026-10-01 until 2027-10-01 v2.1'));
    const sha256 = sha256Of(PDF);
    const [item] = (await stage.request('DR-1')).document.evidence;
    expect(item).toMatchObject({ kind: 'risk-assessment', sha256, date: '2026-10-01T23:59:59.999Z' });
    expect(await fileOf(sha256)).toMatchObject({
      kind: 'risk-assessment',
      type: 'application/pdf',
      version: '2.1',
      systems: ['ticket-router'],
      validUntil: '2027-10-01T23:59:59.999Z',
      capturedBy: await stage.person('U0MILO'),
      attested: null,
    });
    const stored = await stage.test.server.core.stores.ledger.readObject(sha256);
    expect(Buffer.from(stored?.bytes ?? []).toString()).toBe(PDF);
  });

  it('is given out by the page of the request, without an address inside Slack', async () => {
    const { address } = stage.test.server;
    const sha256 = sha256Of(PDF);
    const page = await (await fetch(`${address}/evidence/requests/DR-1`)).text();
    const documents = /<h2>Documents<\/h2>([\s\S]*?)<h2>/.exec(page)?.[1] ?? '';
    expect(documents).toContain('<strong>risk assessment</strong>');
    expect(documents).toContain('1 Oct 2026');
    expect(documents).toContain(`<code>sha256:${sha256}</code>`);
    expect(documents).not.toContain('files-pri');
    const [, path = ''] = /href="([^"]+)">Download the file/.exec(documents) ?? [];
    const file = await fetch(address + path);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(await file.text()).toBe(PDF);
  });

  it('is stood for by somebody of another side, once', async () => {
    const sha256 = sha256Of(PDF);
    await stage.command('U0LEGAL', 'attest DR-1');
    expect(await stage.submit('U0LEGAL', { file: sha256, role: 'Legal Team', reach: 'systems' })).toMatchObject({
      ok: true,
    });
    expect(await fileOf(sha256)).toMatchObject({ attested: { role: 'Legal Team' } });
    await stage.settle();
    expect(JSON.stringify((await stage.record('DR-1')).events)).toContain('is attested as Legal Team');
  });

  it('is what the card leads to: the kept file, listed once, handed out as a download', async () => {
    const sha256 = sha256Of(PDF);
    const card = await stage.card('DR-1');
    const address = `${stage.test.server.address}/evidence/requests/DR-1/objects/${sha256}`;
    expect(card.split(address)).toHaveLength(2);
    expect(card).toContain(`(pdf, sha256 ${sha256.slice(0, 12)}…, 2026-10-01, attested as Legal Team)`);
    expect(card).not.toContain('files-pri');
    const given = await fetch(address);
    expect(given.headers.get('content-disposition')).toBe(`attachment; filename="${sha256}"`);
    expect(await given.text()).toBe(PDF);
    const page = await (await fetch(`${stage.test.server.address}/evidence/requests/DR-1`)).text();
    expect(page).toContain('Captured evidence: risk assessment, pdf, of 2026-10-01, attested as Legal Team');
  });

  it('that was uploaded before is the same file for another version or system, and nothing else may be stated of it', async () => {
    const [first] = (await stage.request('DR-1')).document.evidence;
    const again = async (form: Record<string, string>, beside: string) => {
      const before = (await stage.test.server.core.stores.ledger.listRequests({ limit: 100 })).length;
      const told = (await stage.told('U0MILO')).length;
      const id = await upload('U0MILO', 'copy.pdf', PDF);
      await stage.ask('U0MILO', 'deploy', { ...withFile(id, beside), ...form });
      const after = await stage.test.server.core.stores.ledger.listRequests({ limit: 100 });
      return { made: after.length - before, news: (await stage.told('U0MILO')).slice(told).join('\n') };
    };
    const beside = '2026-10-01 until 2027-10-01 v2.1';
    expect((await again({ version: '9.9.9' }, beside)).made).toBe(1);
    const [request] = await stage.test.server.core.stores.ledger.listRequests({ limit: 1 });
    expect((await stage.request(request?.shortId ?? '')).document.evidence).toMatchObject([
      { url: first?.url, sha256: sha256Of(PDF) },
    ]);
    // For another system it is one that nobody stands for there yet.
    expect((await again({ system: 'other-bot' }, beside)).made).toBe(1);
    const [other] = await stage.test.server.core.stores.ledger.listRequests({ limit: 1 });
    const { document } = await stage.request(other?.shortId ?? '');
    expect(document.evidence).toMatchObject([{ url: first?.url, sha256: sha256Of(PDF) }]);
    expect((await fileOf(sha256Of(PDF)))?.systems).toEqual(['ticket-router']);
    const younger = await again({}, '2026-11-01 until 2027-10-01 v2.2');
    expect([younger.made, younger.news]).toEqual([0, expect.stringContaining('it stays as it is: version, date.')]);
  });

  it('without the date of the document is an error on the field, and nothing is stored', async () => {
    const id = await upload('U0MILO', 'risk.pdf', `${PDF}2`);
    const result = await stage.ask('U0MILO', 'deploy', withFile(id, ''));
    expect(Object.keys(result.errors ?? {})).toEqual(['evidence.risk-assessment']);
    expect(await fileOf(sha256Of(`${PDF}2`))).toBeNull();
  });

  it('that is too large is an error on its field before anything is fetched', async () => {
    const id = await upload('U0MILO', 'risk.pdf', Buffer.concat([Buffer.from(PDF), Buffer.alloc(5 * 1024 * 1024)]));
    const result = await stage.ask('U0MILO', 'deploy', withFile(id, '2026-10-01'));
    expect(Object.keys(result.errors ?? {})).toEqual(['file.risk-assessment']);
  });

  it.each<[string, string, Uint8Array | string]>([
    ['a page called a PDF', 'risk.pdf', '<!DOCTYPE html><script>alert(1)</script>'],
    ['a drawing with a script', 'risk.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['a program called text', 'notes.txt', Buffer.from('MZ\u0090\u0000\u0003', 'latin1')],
    ['a program called an image', 'chart.png', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])],
    ['nothing at all', 'risk.pdf', ''],
  ])('that is %s is not kept; what was written is kept as a draft', async (_what, name, bytes) => {
    const told = (await stage.told('U0MILO')).length;
    const whispers = (await stage.state('U0MILO')).ephemerals.length;
    const id = await upload('U0MILO', name, bytes);
    await stage.ask('U0MILO', 'deploy', withFile(id, '2026-10-01'));
    expect(await fileOf(sha256Of(bytes))).toBeNull();
    // It is said once, where the draft is.
    expect((await stage.state('U0MILO')).ephemerals).toHaveLength(whispers);
    const news = (await stage.told('U0MILO')).slice(told).join('\n');
    expect(news).not.toContain('..');
    expect(news).toContain('Not every document was kept');
    expect(news).toContain('Nothing was submitted');
    expect(news).toContain('Draft of a deployment: ticket-router');
  });

  it('that is not kept beside a link is told, with how to add it to the request that was made', async () => {
    const id = await upload('U0MILO', 'card.html', '<html>card</html>');
    const form = { ...minimalForm, 'answers.publicFacing': 'yes', 'evidence.monitoring-plan': '2026-10-01' };
    await stage.ask('U0MILO', 'deploy', { ...form, 'file.monitoring-plan': [id] });
    expect((await stage.told('U0MILO')).join()).toMatch(/Add it later: \/governance evidence DR-\d+/);
  });

  it('that somebody else uploaded is not taken', async () => {
    const bytes = `${PDF}of Emma`;
    const id = await upload('U0EMMA', 'risk.pdf', bytes);
    await stage.ask('U0MILO', 'deploy', withFile(id, '2026-10-01'));
    expect(await fileOf(sha256Of(bytes))).toBeNull();
    expect((await stage.told('U0MILO')).join()).toContain('Somebody else uploaded it');
  });

  it('that unpacks to a thousand times its size is kept as it came and never unpacked', async () => {
    const bomb = zipOf('bomb.txt', Buffer.alloc(4_000_000));
    const id = await upload('U0MILO', 'risk.docx', bomb);
    await stage.ask('U0MILO', 'deploy', withFile(id, '2026-10-01'));
    expect(await fileOf(sha256Of(bomb))).toMatchObject({ type: 'application/zip', sizeBytes: bomb.length });
  });
});

describe('a file for a request that waits', () => {
  it('is added with /governance evidence, makes a revision and voids the votes', async () => {
    await stage.vote('U0CISO', 'DR-1', { choice: 'approve', reason: 'Fine.' });
    const before = (await stage.request('DR-1')).revision.number;
    const bytes = `${PDF}third`;
    const id = await upload('U0MILO', 'new-risk.pdf', bytes);
    await stage.command('U0MILO', 'evidence DR-1');
    await stage.submit('U0MILO', { kind: 'risk-assessment', upload: [id], date: '2026-11-01', version: '3' });
    const after = await stage.request('DR-1');
    expect(after.revision.number).toBe(before + 1);
    expect(after.votes).toEqual([]);
    expect(after.document.evidence.map((item) => item.sha256)).toEqual([sha256Of(bytes)]);
  });

  it('is taken from a message in the thread of its card by the shortcut', async () => {
    const [card] = await stage.cards('DR-1');
    const bytes = `${PDF}from the thread`;
    const id = await upload('U0MILO', 'thread-risk.pdf', bytes);
    await share('U0MILO', 'C0COMMITTEE', id, card?.ts);
    await shortcut('U0MILO', 'C0COMMITTEE');
    expect(await stage.viewText('U0MILO')).not.toContain('file_input');
    await stage.submit('U0MILO', { kind: 'risk-assessment', date: '2026-11-02' });
    expect((await stage.request('DR-1')).document.evidence.map((item) => item.sha256)).toEqual([sha256Of(bytes)]);
  });

  it('from a message elsewhere is not taken, and it is said where to share it', async () => {
    const id = await upload('U0MILO', 'lost.pdf', `${PDF}lost`);
    await share('U0MILO', 'C0ASK', id);
    await shortcut('U0MILO', 'C0ASK');
    expect(await stage.whispered('U0MILO')).toContain('Nothing was taken as evidence');
  });

  it('is not taken from somebody who is not of its side', async () => {
    const refused = (await stage.refusals()).length;
    await stage.command('U0EMMA', 'evidence DR-1');
    expect((await stage.refusals()).slice(refused)).toEqual([{ action: 'open_add_evidence', reason: 'not_requester' }]);
  });
});

async function share(as: string, channel: string, file: string, threadTs?: string): Promise<void> {
  const { driver } = stage.test;
  await driver.post('message', {
    as,
    channel,
    text: '',
    files: [file],
    client_msg_id: randomUUID(),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });
}

async function shortcut(as: string, channel: string): Promise<void> {
  const { driver } = stage.test;
  const { messages } = await driver.state(as);
  const shared = messages.findLast((message) => message.channel === channel && message.user === as);
  const message = { channel, ts: shared?.ts };
  expect(await driver.post('shortcut', { as, callback_id: 'use_as_evidence', message })).toMatchObject({ ok: true });
}

/** A ZIP of one deflated file, its directory left out: only its head is looked at. */
function zipOf(name: string, content: Uint8Array): Buffer {
  const packed = deflateRawSync(content);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name), packed]);
}
