/** What the outbound writer and its modals need, and the one way from a request's record to what is shown of it. */

import type { WebClient } from '@slack/web-api';
import type { PolicyInForce } from '#src/approvals/commands.ts';
import { systemOf } from '#src/approvals/document-facts.ts';
import type { PolicyChoices } from '#src/delivery/forms/policy-choices.ts';
import type { HomePart } from '#src/delivery/people/home.ts';
import { standingOfVote } from '#src/delivery/people/notices.ts';
import type { PolicyDesk } from '#src/delivery/policy/desk.ts';
import type { Ledger, Outbox } from '#src/delivery/ports.ts';
import type { Desk, RequestRecord } from '#src/delivery/requests/desk.ts';
import { comparedWithSource } from '#src/delivery/requests/likeness.ts';
import type { EvidenceFile } from '#src/systems/evidence-files.ts';
import { looksLike } from '#src/systems/look-alike.ts';
import { sameName } from '#src/systems/names.ts';
import type { Risk } from '#src/systems/risks.ts';
import type { SystemState } from '#src/systems/system.ts';
import type { SourceView } from './blocks/answer.ts';
import type { CardView } from './blocks/card.ts';
import { cardView, type RenderContext } from './blocks/card-view.ts';
import type { EvidenceContext } from './blocks/evidence-lines.ts';

export type OutboundDeps = {
  readonly client: WebClient;
  /** A client of its own with a short time-out: one rate limit must not hold back a modal (pitfall 8). */
  readonly modalClient: WebClient;
  readonly desk: Pick<Desk, 'read' | 'roster'>;
  /** A request by its id or short id; null when there is none. */
  readonly findRequest: Ledger['findRequest'];
  readonly places: Pick<Outbox, 'placeOf' | 'placed'>;
  readonly channels: { readonly committee: string; readonly evidence: string | null };
  readonly slackUsersOf: (persons: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly personFor: (slackUserId: string) => Promise<string>;
  /** Persons who hold a role now. */
  readonly holdersOf: (role: string) => Promise<readonly string[]>;
  /** An item of the library for a source modal; null when it is not there (any more). */
  readonly source: (itemId: string, citedHash: string, quote: string) => SourceView | null;
  /** The policy new requests are submitted under, and the one of a hash; null when it is not at hand. */
  readonly policy: () => PolicyInForce;
  readonly policyOf: (hash: string) => Promise<PolicyInForce | null>;
  /** The rules in force and those that wait or ended. */
  readonly rules: Pick<PolicyDesk, 'read' | 'bytesOf'>;
  /** From which version a person chooses the rules, and what is wrong with the choice. */
  readonly choices: Pick<PolicyChoices, 'startOf' | 'version' | 'check'>;
  /** Persons who can name role holders. */
  readonly admins: () => Promise<readonly string[]>;
  /** Draws what an approval means for the request it replaces. */
  readonly followUp: (requestId: string) => Promise<void>;
  /** Ids of the deployments that rest on an exception. */
  readonly restingOn: (exception: { readonly id: string; readonly shortId: string }) => Promise<readonly string[]>;
  /** Ids of requests that are not finished, newest first. */
  readonly openRequests: () => Promise<readonly string[]>;
  readonly requestsOf: (person: string) => Promise<readonly string[]>;
  /** What App Home shows a person beside requests. */
  readonly homeParts: (person: string) => Promise<readonly HomePart[]>;
  /** Records that a role was told. */
  readonly told: (requestId: string, role: string, persons: readonly string[]) => Promise<void>;
  /** What "Verify" shows for a request. */
  readonly verification: (requestId: string) => Promise<readonly string[]>;
  /** A system of the inventory by its name; null when there is none. */
  readonly system: (name: string) => Promise<SystemState | null>;
  /** A risk of the register; null when there is none of this id. */
  readonly risk: (id: string) => Promise<Risk | null>;
  /** Names of the systems in the inventory. */
  readonly systemNames: () => Promise<readonly string[]>;
  /** A captured file by its sha256; null when there is none. */
  readonly fileOf: (sha256: string) => Promise<EvidenceFile | null>;
  /** Address of a kept file for whoever may read the evidence; null where the pages have none. */
  readonly keptAt: EvidenceContext['keptAt'];
  readonly newNonce: () => string;
  readonly now: () => Date;
};

/** The card of a record at this moment, with everybody's Slack user resolved. */
export async function viewOf(
  deps: Pick<
    OutboundDeps,
    'desk' | 'findRequest' | 'slackUsersOf' | 'systemNames' | 'rules' | 'now' | 'fileOf' | 'keptAt'
  >,
  record: RequestRecord,
): Promise<{ readonly view: CardView; readonly context: RenderContext; readonly entry: number | null }> {
  const { state } = record;
  const roster = await deps.desk.roster(state);
  const conditionOwners = [...state.conditions, ...(state.offer?.conditions ?? [])].map((c) => c.owner);
  const persons = [
    state.requester,
    state.owner,
    ...state.votes.map((v) => v.by),
    ...state.consults.map((c) => c.by),
    ...state.proposals.map((p) => p.by),
    ...state.meetings.flatMap((m) => [m.by, ...m.votes.map((v) => v.person)]),
    ...record.entries.map((e) => e.actor),
    ...conditionOwners,
    ...(state.decision?.counted.map((c) => c.person) ?? []),
    ...(state.breakGlass === null ? [] : [state.breakGlass.by]),
    ...roster.assignments.flatMap((assignment) => (assignment.onBehalfOf === null ? [] : [assignment.onBehalfOf])),
  ];
  const users = await deps.slackUsersOf([...new Set(persons)]);
  const entry = record.entries.findLast((e) => e.type === 'decided')?.index ?? null;
  const context = {
    roster,
    now: deps.now(),
    slackUser: (p: string) => users.get(p),
    decisionEntry: entry,
    files: await filesOf(deps, state),
    keptAt: deps.keptAt,
    alike: await alikeOf(deps, state),
    like: await comparedWithSource(deps, state.document),
    rules: state.document.kind === 'policy' ? standingOfVote(await deps.rules.read(), state.id) : null,
  };
  return { view: cardView(state, context), context, entry: entry ?? record.entries.at(-1)?.index ?? null };
}

/** Another system that the request's name looks like, whether or not its own is in the inventory by now. */
async function alikeOf(
  { systemNames }: Pick<OutboundDeps, 'systemNames'>,
  { document }: RequestRecord['state'],
): Promise<string | null> {
  const system = systemOf(document);
  if (system === null) return null;
  const others = (await systemNames()).filter((name) => !sameName(name, system));
  return looksLike(system, others);
}

/** The captured files that a request and its conditions name. */
async function filesOf(
  { fileOf }: Pick<OutboundDeps, 'fileOf'>,
  { document, conditions }: RequestRecord['state'],
): Promise<ReadonlyMap<string, EvidenceFile>> {
  const named = [...document.evidence, ...conditions.flatMap(({ evidence }) => evidence)];
  const hashes = [...new Set(named.flatMap(({ sha256 }) => sha256 ?? []))];
  const files = await Promise.all(hashes.map(async (sha256) => [sha256, await fileOf(sha256)] as const));
  return new Map(files.flatMap(([sha256, file]) => (file === null ? [] : [[sha256, file] as const])));
}
