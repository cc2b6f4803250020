/** What the outbound writer is given. */
import { OPEN_STATUSES } from '#src/approvals/timers.ts';
import type { Config } from '#src/config.ts';
import { homeParts } from '#src/delivery/people/home.ts';
import type { RequestRow } from '#src/delivery/ports.ts';
import { followUp, restsOn } from '#src/delivery/requests/follow-up.ts';
import { readSystem } from '#src/delivery/systems/desk.ts';
import { fileReader } from '#src/delivery/systems/evidence.ts';
import { readRisk } from '#src/delivery/systems/risks.ts';
import { holdersOf } from '#src/directory/directory.ts';
import { adminsAt } from '#src/directory/governed.ts';
import type { Library } from '#src/knowledge/library.ts';
import type { SlackClients } from '#src/slack/clients.ts';
import type { OutboundDeps } from '#src/slack/outbound-deps.ts';
import type { Core } from './core.ts';
import { verificationLines } from './evidence/verification.ts';
import type { Governance } from './governance.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';
import { sourceOf } from './knowledge/sources.ts';
import { policyReader } from './policies.ts';

/** Deployments that an exception may carry. */
const RESTING = [...OPEN_STATUSES, 'approved', 'approved_with_conditions', 'deployed', 'superseded', 'suspended'];

const RESTING_MAX = 10_000;
/** Slack shows the newest of them and counts the rest. */
const LISTED_MAX = 1_000;

const idsOf = (rows: readonly RequestRow[]): readonly string[] => rows.map(({ id }) => id);

/** Puts the writer's dependencies together. */
export function outboundDeps(
  config: Config,
  core: Core,
  library: () => Library,
  policy: LoadedPolicy,
  clients: SlackClients,
  newNonce: () => string,
  { choices, policies }: Pick<Governance, 'choices' | 'policies'>,
  address: string,
): OutboundDeps {
  const { ledger, people, outbox } = core.stores;
  const sandbox = config.slack.kind === 'sandbox';
  // With Slack the pages are shut unless people can sign in; on this machine they are open.
  const pages = sandbox ? address : (config.signIn?.publicUrl ?? null);
  return {
    ...clients,
    desk: core.desk,
    findRequest: ledger.findRequest,
    systemNames: () => core.stores.records.names('system'),
    system: (name) => readSystem(ledger, name),
    risk: (id) => readRisk(ledger, id),
    places: outbox,
    channels: {
      committee: config.committeeChannel ?? 'C0COMMITTEE',
      evidence: config.evidenceChannel ?? (sandbox ? 'C0EVIDENCE' : null),
    },
    slackUsersOf: (persons) => people.slackUsersOf(persons),
    personFor: (user) => people.personFor(user, null),
    holdersOf: async (role) => [...new Set(holdersOf(await core.assignments(), role, core.now()).map((a) => a.person))],
    source: (itemId, citedHash, quote) => sourceOf(library(), itemId, citedHash, quote),
    policy: () => policy,
    policyOf: policyReader(ledger, policy),
    rules: policies,
    choices,
    admins: async () => [...adminsAt(await ledger.listAssignments(), core.now())],
    restingOn: async (basis) => {
      const restsOnIt = [basis.id, basis.shortId];
      const found: string[] = [];
      for (const { id } of await ledger.listRequests({ status: RESTING, restsOn: restsOnIt, limit: RESTING_MAX })) {
        const record = await core.desk.read(id);
        if (record !== null && restsOn(record.state, basis)) found.push(id);
      }
      return found;
    },
    followUp: (requestId) => followUp(core.desk, requestId),
    openRequests: async () => idsOf(await ledger.listRequests({ status: OPEN_STATUSES, limit: LISTED_MAX })),
    requestsOf: async (person) => idsOf(await ledger.listRequests({ requester: person, limit: LISTED_MAX })),
    homeParts: (person) =>
      homeParts({ ledger, records: core.stores.records, policy: () => policy.policy, now: core.now }, person),
    told: async (requestId, role, persons) => {
      await core.desk.act(requestId, {
        type: 'record_informed',
        commandId: `informed:${requestId}:${role}`,
        by: 'service',
        role,
        persons: [...persons],
      });
    },
    verification: (requestId) => verificationLines(core, requestId),
    fileOf: fileReader(ledger),
    keptAt: (shortId, sha256) => (pages === null ? null : `${pages}/evidence/requests/${shortId}/objects/${sha256}`),
    newNonce,
    now: core.now,
  };
}
