/** What the outbound writer is given. */
import type { Config } from '#src/config.ts';
import { homeParts } from '#src/delivery/people/home.ts';
import { followUp, restsOn } from '#src/delivery/requests/follow-up.ts';
import { systemNames } from '#src/delivery/systems/rows.ts';
import { holdersOf } from '#src/directory/directory.ts';
import { adminsAt } from '#src/directory/governed.ts';
import type { Library } from '#src/knowledge/library.ts';
import type { SlackClients } from '#src/slack/clients.ts';
import type { OutboundDeps } from '#src/slack/outbound-deps.ts';
import type { Core } from './core.ts';
import { verificationLines } from './evidence/verification.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';
import { sourceOf } from './knowledge/sources.ts';
import { policyReader } from './policies.ts';

const FINISHED = [
  'withdrawn',
  'expired',
  'rejected',
  'refused',
  'closed',
  'revoked',
  'superseded',
  'renewed',
  'approved',
  'approved_with_conditions',
  'deployed',
  'suspended',
];

/** Deployments that an exception may carry. */
const RESTING = [
  'submitted',
  'in_review',
  'information_requested',
  'approved',
  'approved_with_conditions',
  'deployed',
  'superseded',
  'suspended',
];

/** Puts the writer's dependencies together. */
export function outboundDeps(
  config: Config,
  core: Core,
  library: () => Library,
  policy: LoadedPolicy,
  clients: SlackClients,
  newNonce: () => string,
  choices: OutboundDeps['choices'],
): OutboundDeps {
  const { ledger, people, outbox } = core.stores;
  const sandbox = config.slack.kind === 'sandbox';
  return {
    ...clients,
    desk: core.desk,
    findRequest: ledger.findRequest,
    systemNames: () => systemNames(core.stores.records),
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
    choices,
    admins: async () => [...adminsAt(await ledger.listAssignments(), core.now())],
    restingOn: async (exception) => {
      const live = await ledger.listRequests({ status: RESTING, limit: 2_000 });
      const found: string[] = [];
      for (const { id, state } of live) {
        // Rows of an earlier version do not say what they rest on; a look at the request does.
        const named = (state as { readonly restsOn?: readonly string[] } | null)?.restsOn;
        if (named !== undefined && named.length === 0) continue;
        const record = await core.desk.read(id);
        if (record !== null && restsOn(record.state, exception)) found.push(id);
      }
      return found;
    },
    followUp: (requestId) => followUp(core.desk, requestId),
    openRequests: async () => {
      const open = await ledger.listRequests({ limit: 200 });
      return open.filter((r) => !FINISHED.includes(r.status)).map((r) => r.id);
    },
    requestsOf: async (person) => {
      const all = await ledger.listRequests({ limit: 200 });
      const mine: string[] = [];
      for (const request of all)
        if ((await core.desk.read(request.id))?.state.requester === person) mine.push(request.id);
      return mine;
    },
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
    newNonce,
    now: core.now,
  };
}
