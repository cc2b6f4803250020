/** What the outbound writer is given. */
import type { Config } from '#src/config.ts';
import { holdersOf } from '#src/directory/directory.ts';
import type { Library } from '#src/knowledge/library.ts';
import type { SlackClients } from '#src/slack/clients.ts';
import type { OutboundDeps } from '#src/slack/outbound-deps.ts';
import type { Core } from './core.ts';
import type { LoadedPolicy } from './knowledge.ts';
import { sourceOf } from './sources.ts';
import { verificationLines } from './verification.ts';

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

/** Puts the writer's dependencies together. */
export function outboundDeps(
  config: Config,
  core: Core,
  library: Library,
  policy: LoadedPolicy,
  clients: SlackClients,
  newNonce: () => string,
): OutboundDeps {
  const { ledger, people, outbox } = core.stores;
  const sandbox = config.slack.kind === 'sandbox';
  const kinds = Object.entries(policy.policy.evidence).map(([kind, e]) => `${kind} (${e.title})`);
  return {
    ...clients,
    desk: core.desk,
    places: outbox,
    channels: {
      committee: config.committeeChannel ?? 'C0COMMITTEE',
      evidence: config.evidenceChannel ?? (sandbox ? 'C0EVIDENCE' : null),
    },
    slackUsersOf: (persons) => people.slackUsersOf(persons),
    personFor: (user) => people.personFor(user, null),
    holdersOf: async (role) => [
      ...new Set(holdersOf(await ledger.listAssignments(), role, core.now()).map((a) => a.person)),
    ],
    source: (itemId, citedHash, quote) => sourceOf(library, itemId, citedHash, quote),
    questions: (kind) => policy.policy.questions.filter((q) => q.kinds.includes(kind)),
    evidenceHint: `One a line: kind: address date. Kinds: ${kinds.slice(0, 12).join(', ')}.`,
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
