/** A data folder on which a server has decided some requests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import type { DeploymentDocument, RequestDocument } from '#src/approvals/document.ts';
import { readConfig } from '#src/config.ts';
import type { Core } from '#src/wire/core.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { startServer } from '#src/wire/server.ts';
import { countersign, type Ran } from './cli-run.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** A data folder that a server holds open. */
export type Started = {
  readonly dataDir: string;
  readonly core: Core;
  readonly env: Readonly<Record<string, string>>;
  run(...args: readonly string[]): Promise<Ran>;
  /** Brings the signed checkpoint up to everything committed. */
  publish(): Promise<unknown>;
  /** Ends the server; the folder stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a server with the built-in database on a fresh folder. */
export async function startOnFolder(): Promise<Started> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
  const env = { COUNTERSIGN_DATA_DIR: dataDir };
  const config = readConfig({ ...env, PORT: '0', LOG_LEVEL: 'silent' }, dataDir);
  const server = await startServer(config, { write: () => undefined });
  return {
    dataDir,
    core: server.core,
    env,
    run: (...args) => countersign(args, { env }),
    publish: () => server.work.publisher.publish(),
    stop: () => server.stop(),
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const evidence = (kind: string) => ({
  kind,
  title: `${kind} of October`,
  url: `https://evidence.example/${kind}`,
  sha256: null,
  date: new Date(Date.now() - 20 * 24 * 3_600_000).toISOString(),
});

const deployment: DeploymentDocument = {
  kind: 'deployment',
  system: 'ticket-router',
  version: '1.4.0',
  digest: DIGEST,
  environment: 'staging',
  purpose: 'Sorts incoming tickets by topic for the service desk.',
  answers: { personalData: false, affectsPeople: false },
  evidence: [evidence('risk-assessment')],
  scope: null,
  lastChange: null,
  restsOn: [],
  replaces: null,
  raisedTier: null,
};

/** DR-1 approved, DR-2 open on a higher tier, EX-1 approved; everything under a checkpoint. */
export async function seedRequests({ core, publish }: Pick<Started, 'core' | 'publish'>): Promise<void> {
  const { people, ledger } = core.stores;
  const policy = await loadPolicy();
  const milo = await people.personFor('U0MILO', 'Milo Okafor');
  const ciso = await people.personFor('U0CISO', 'Carla Reyes');
  const caio = await people.personFor('U0CAIO', 'Aiko Tanaka');
  let commands = 0;
  const submit = async (document: RequestDocument) => {
    const id = v7();
    const shortId = await ledger.nextShortId(document.kind === 'deployment' ? 'DR' : 'EX');
    const opening = { requestId: id, shortId, requester: milo, owner: milo, document, policy, nonce: 'n'.repeat(32) };
    const result = await core.desk.act(id, { type: 'submit', by: milo, commandId: `c${commands++}`, ...opening });
    if (!result.ok) throw new Error(`submit: ${result.reason} ${result.detail.join()}`);
    return { id, revision: result.state.revision.hash };
  };
  const approve = async ({ id, revision }: { readonly id: string; readonly revision: string }) => {
    for (const by of [ciso, caio]) {
      const vote = {
        choice: 'approve',
        reason: 'Tested under load.',
        conflict: null,
        conditions: [],
        card: null,
      } as const;
      const result = await core.desk.act(id, { type: 'vote', by, commandId: `c${commands++}`, revision, ...vote });
      if (!result.ok) throw new Error(`vote: ${result.reason} ${result.detail.join()}`);
    }
  };
  await approve(await submit(deployment));
  await submit({
    ...deployment,
    system: 'credit-scoring',
    version: '2.1',
    answers: { personalData: true, affectsPeople: true },
  });
  await approve(
    await submit({
      kind: 'exception',
      deviatesFrom: ['POL-5.2'],
      systems: ['ticket-router'],
      environments: [],
      teams: [],
      circumstances: 'The old batch host has no second factor.',
      compensatingControls: [],
      remediationPlan: 'Replace the host.',
      residualRisk: { level: 'low', text: 'Reachable from one network only.' },
      expiresAt: new Date(Date.now() + 30 * 24 * 3_600_000).toISOString(),
      answers: {},
      evidence: [evidence('risk-assessment')],
      replaces: null,
      raisedTier: null,
    }),
  );
  await publish();
}
