/** Requests for tests, brought through the desk as persons of the sandbox would. */
import { randomUUID } from 'node:crypto';
import type { DeploymentDocument, ExceptionDocument } from '#src/approvals/document.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { MANIFEST_FORMAT, type VendorReference } from '#src/systems/manifest.ts';
import { newId, newNonce } from '#src/wire/ids.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import type { RunningServer } from '#src/wire/server.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** A deployment of the minimal tier, complete. */
export function deployment(change: Partial<DeploymentDocument> = {}): DeploymentDocument {
  return {
    kind: 'deployment',
    system: 'ticket-router',
    version: '1.4.0',
    digest: DIGEST,
    environment: 'staging',
    purpose: 'Sorts incoming tickets by topic.',
    answers: {},
    evidence: [
      {
        kind: 'risk-assessment',
        title: 'Risk',
        url: 'https://wiki.example.com/risk',
        sha256: null,
        date: '2026-10-01T00:00:00.000Z',
      },
    ],
    scope: null,
    lastChange: null,
    restsOn: [],
    replaces: null,
    raisedTier: null,
    ...change,
  };
}

/** Submits as U0MILO; returns the request's id. */
export async function submit(
  { core }: RunningServer,
  document: DeploymentDocument | ExceptionDocument,
  as = 'U0MILO',
): Promise<string> {
  const policy = await loadPolicy();
  const person = await core.stores.people.personFor(as, null);
  const requestId = newId(core.now());
  const result = await core.desk.act(requestId, {
    type: 'submit',
    commandId: `test:${randomUUID()}`,
    by: person,
    requestId,
    shortId: await core.stores.ledger.nextShortId(document.kind === 'deployment' ? 'DR' : 'EX'),
    requester: person,
    owner: person,
    document,
    policy,
    nonce: newNonce(),
  });
  if (!result.ok) throw new Error(`refused: ${result.reason} ${result.detail.join()}`);
  return requestId;
}

/** Votes for it as the given users; enough for the minimal tier by default. */
export async function approve(
  { core }: RunningServer,
  requestId: string,
  voters: readonly string[] = ['U0CISO', 'U0CAIO'],
): Promise<SubmittedState> {
  for (const voter of voters) {
    const record = await core.desk.read(requestId);
    if (record === null) throw new Error('unknown request');
    const result = await core.desk.act(requestId, {
      type: 'vote',
      commandId: `test:${randomUUID()}`,
      by: await core.stores.people.personFor(voter, null),
      revision: record.state.revision.hash,
      choice: 'approve',
      reason: 'Tested.',
      conflict: null,
      conditions: [],
      card: null,
    });
    if (!result.ok) throw new Error(`refused: ${result.reason} ${result.detail.join()}`);
  }
  const record = await core.desk.read(requestId);
  if (record === null) throw new Error('unknown request');
  return record.state;
}

/** Submits and approves. */
export async function approved(server: RunningServer, document: DeploymentDocument): Promise<SubmittedState> {
  return approve(server, await submit(server, document));
}

/** The manifest of a version that rests on a vendor's pinned service. */
export const vendorManifest = (provider: string, change: Partial<VendorReference> = {}) => ({
  format: MANIFEST_FORMAT,
  vendors: [
    {
      provider,
      service: 'chat',
      version: '4',
      pinning: 'pinned',
      region: 'eu',
      contract: 'C-1',
      reviewEveryDays: null,
      ...change,
    },
  ],
});
