/** `/governance system NAME`: what the inventory holds of a system, and what the gate says of each of its versions now. */
import { envelopeInForce } from '#src/approvals/envelope.ts';
import { boundLines } from '#src/approvals/envelope-form.ts';
import type { GateAnswer } from '#src/approvals/gate.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { DECOMMISSION_STEPS } from '#src/systems/decommission.ts';
import { covers, type Hold, scopeWords, shortHold } from '#src/systems/holds.ts';
import { systemKeyOf } from '#src/systems/names.ts';
import { isLegacy, type SystemRequest, type SystemState, statusOf, tierOfSystem } from '#src/systems/system.ts';
import { holdsNow } from '../../systems/rows.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';

/** Versions that one message shows, each with what the gate says. */
const VERSIONS_MAX = 12;

/** One system. */
export async function systemCommand(deps: GovernanceHandlerDeps, { words }: Asked): Promise<Said> {
  const state = await deps.systems.read(words.join(' '));
  if (state === null)
    return { title: `The inventory has no system "${words.join(' ')}". "/governance systems" lists them.` };
  const now = deps.now();
  const holds = (await holdsNow(deps.records)).filter((hold) => concerns(hold, state));
  const shown = inOrder(state.requests);
  const looked: Looked[] = [];
  for (const request of shown.slice(0, VERSIONS_MAX)) looked.push(await look(deps, request));
  const more = shown.length > VERSIONS_MAX ? [`and ${shown.length - VERSIONS_MAX} more of its versions`] : [];
  return {
    title: `${state.name}: ${statusOf(state).replace('_', ' ')}, ${tierOfSystem(state) ?? 'no'} tier`,
    lines: [
      ...holds.map(holdWords),
      ...factsOf(state, now),
      ...looked.map(versionWords),
      ...more,
      ...recordedOnly(state),
      ...envelopeWords(looked, now),
    ],
  };
}

/** A hold in one line. */
export function holdWords({ id, scope, incident, placedAt, status }: Hold): string {
  return `${shortHold(id)}: ${scopeWords(scope)}, incident ${incident}, since ${placedAt.slice(0, 16)}, ${status}`;
}

/** A request of the system with what the gate says of its version now; null where it cannot be read. */
type Looked = {
  readonly request: SystemRequest;
  readonly state: SubmittedState | null;
  readonly answer: GateAnswer | null;
};

async function look(deps: GovernanceHandlerDeps, request: SystemRequest): Promise<Looked> {
  const state = (await deps.requests.read(request.request))?.state ?? null;
  if (state?.document.kind !== 'deployment') return { request, state, answer: null };
  const { system, version, digest, environment } = state.document;
  return { request, state, answer: await deps.gate({ system, version, digest, environment }) };
}

/** What runs first, then the newest. */
function inOrder(requests: readonly SystemRequest[]): readonly SystemRequest[] {
  const rank = ({ phase }: SystemRequest) => ORDER.indexOf(phase);
  return requests.toReversed().sort((a, b) => rank(a) - rank(b));
}
const ORDER: readonly SystemRequest['phase'][] = ['deployed', 'approved', 'suspended', 'proposed', 'ended'];

/** Whether a hold is about the system, one of its versions, a vendor behind it or an environment that it is meant for. */
function concerns({ scope }: Hold, { key, name, vendors, versions, requests, runsIn }: SystemState): boolean {
  if ('system' in scope) return systemKeyOf(scope.system) === key;
  const behind = [...vendors, ...versions.flatMap((one) => one.vendors)];
  const environments = ['', ...runsIn, ...requests.map((one) => one.environment)];
  return environments.some((environment) => covers(scope, { system: name, version: '', environment, vendors: behind }));
}

/** "1.5.0 in staging (a5a5a5a5): DR-2 approved. Gate: yes, DR-2 permits it until 2027-11-21 09:00 UTC" */
function versionWords({ request, answer }: Looked): string {
  const { version, environment, digest, shortId, phase } = request;
  const about = `${version} in ${environment} (${digest.replace('sha256:', '').slice(0, 8)}): ${shortId} ${phase}`;
  const gate = answer === null ? 'cannot be asked' : `${answer.allowed ? 'yes' : 'NO'}, ${answer.reasons[0].words}`;
  return `${about}. Gate: ${gate}`;
}

/** Versions that were recorded and never asked for. */
function recordedOnly({ versions, requests }: SystemState): readonly string[] {
  const asked = new Set(requests.map(({ digest }) => digest));
  const waiting = versions.filter(({ digest }) => !asked.has(digest)).map(({ version }) => version);
  return waiting.length === 0 ? [] : [`Recorded, and nobody asked for: ${waiting.slice(0, VERSIONS_MAX).join(', ')}`];
}

/** The bounds in which a later version takes the lighter quorum, while they hold. */
function envelopeWords(looked: readonly Looked[], now: Date): readonly string[] {
  const states = looked.flatMap(({ state }) => state ?? []);
  return states.flatMap((state) => {
    const envelope = envelopeInForce(state, states, now.getTime());
    if (envelope === null) return [];
    const bounds = `${boundLines(envelope.metrics).join(', ')}; in ${envelope.environments.join(', ')}`;
    return [`Change envelope of ${state.shortId}: ${bounds}; until ${envelope.until.slice(0, 10)}`];
  });
}

function leaving({ startedAt, steps }: NonNullable<SystemState['decommission']>): string {
  return `Being taken out of service since ${startedAt.slice(0, 10)}: ${steps.length} of ${DECOMMISSION_STEPS.length} steps are done`;
}

function factsOf(state: SystemState, now: Date): readonly string[] {
  const vendors = [...new Set([...state.vendors, ...state.versions.flatMap((v) => v.vendors)])];
  const overdue = isLegacy(state) && Date.parse(state.approvalDue ?? '') < now.getTime();
  return [
    state.purpose === '' ? 'No purpose is stated.' : state.purpose.slice(0, 500),
    `Owner ${state.owner}`,
    ...(state.runsIn.length === 0 ? [] : [`Ran before anybody asked: ${state.runsIn.join(', ')}`]),
    `Data: ${state.data.map((d) => `${d.name} (${d.classification})`).join(', ') || 'not stated'}`,
    `Vendors: ${vendors.join(', ') || 'none known'}`,
    ...(state.lineage.length === 0 ? [] : [`Lineage: ${state.lineage.join('; ').slice(0, 400)}`]),
    ...(state.links.length === 0 ? [] : [`Links: ${state.links.map(({ kind, url }) => `${kind} ${url}`).join(', ')}`]),
    ...(state.ssrm === null ? [] : [`Our part in the AI supply chain (SSRM): ${state.ssrm}`]),
    ...(state.decommission === null ? [] : [leaving(state.decommission)]),
    ...(state.useCases.length === 0
      ? []
      : [`Use cases: ${state.useCases.map((u) => `${u.shortId} ${u.phase}`).join(', ')}`]),
    ...(state.requests.length === 0 ? ['No version was asked for.'] : []),
    ...(isLegacy(state)
      ? [`Was there before; approval due ${state.approvalDue?.slice(0, 10)}${overdue ? ', OVERDUE' : ''}`]
      : []),
  ];
}
