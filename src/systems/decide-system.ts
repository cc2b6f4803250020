/** What may be done to an entry of the inventory: pure, from the state and the roles held at the moment of the click. */
import { z } from 'zod';
import { hidesCharacters, LIMITS } from '#src/approvals/text-limits.ts';
import { canonicalText } from '#src/evidence/canonical.ts';
import { CHECKLIST, DECOMMISSION_STEPS, stepRefusal } from './decommission.ts';
import { text } from './fields.ts';
import type { Hold } from './holds.ts';
import { type Manifest, manifestDigest, providersOf, readManifest, reviewDaysOf } from './manifest.ts';
import { sameName, systemKeyOf } from './names.ts';
import {
  applySystem,
  CLASSIFICATIONS,
  SSRM_ROLES,
  type SystemEvent,
  type SystemRequest,
  type SystemState,
  type SystemStatus,
  type SystemUseCase,
  statusOf,
} from './system.ts';

const url = z
  .string()
  .max(400)
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'starts with https://');

/** What people may state about a system. */
export const factsSchema = z.strictObject({
  purpose: z.string().trim().max(1_500).default(''),
  owner: text(60),
  data: z
    .array(z.strictObject({ name: text(120), classification: z.enum(CLASSIFICATIONS) }))
    .max(30)
    .default([]),
  lineage: z.array(text(200)).max(30).default([]),
  vendors: z.array(text(120)).max(20).default([]),
  links: z
    .array(z.strictObject({ kind: z.enum(['model-card', 'system-card', 'repository', 'dashboard', 'other']), url }))
    .max(20)
    .default([]),
  ssrm: z.enum(SSRM_ROLES).nullable().default(null),
});
export type FactsInput = z.input<typeof factsSchema>;

export const SYSTEM_REFUSALS = [
  'decommissioned',
  'exists',
  'invalid',
  'not_owner',
  'own_steps',
  'role_missing',
  'step_done',
  'steps_open',
  'not_started',
  'unknown_system',
  'unknown_version',
  'nothing_changed',
  'vendor_held',
] as const;
export type SystemRefusal = (typeof SYSTEM_REFUSALS)[number];

/** Who acts: the roles held now, with the assignment that proves each, and whether the person administers. */
export type SystemActor = { readonly person: string; readonly roles: readonly string[]; readonly isAdmin: boolean };

export type SystemCommand =
  | {
      readonly type: 'register';
      readonly name: string;
      readonly facts: FactsInput;
      readonly origin: SystemState['origin'];
      readonly approvalDue: string | null;
      readonly runsIn: readonly string[];
      readonly useCase: boolean;
    }
  | { readonly type: 'describe'; readonly facts: Partial<FactsInput> }
  | { readonly type: 'add_version'; readonly version: string; readonly manifest: unknown }
  | { readonly type: 'review_alias'; readonly digest: string; readonly changed: boolean }
  | { readonly type: 'start_decommission'; readonly reason: string }
  | { readonly type: 'do_step'; readonly step: string; readonly note: string };

export type SystemDecision =
  | { readonly ok: true; readonly events: readonly SystemEvent[]; readonly manifest?: Manifest }
  | { readonly ok: false; readonly reason: SystemRefusal; readonly detail: readonly string[] };

const refuse = (reason: SystemRefusal, ...detail: readonly string[]): SystemDecision => ({ ok: false, reason, detail });

/**
 * Decides one command. Owners and administrators keep an entry; decommissioning belongs to the roles of WP-2.6.5.
 * @param holds what is held now
 */
export function decideSystem(
  state: SystemState | null,
  command: SystemCommand,
  actor: SystemActor,
  holds: readonly Pick<Hold, 'scope'>[] = [],
): SystemDecision {
  if (command.type === 'register') return register(state, command);
  if (state === null) return refuse('unknown_system');
  if (statusOf(state) === 'decommissioned') return refuse('decommissioned');
  if (command.type === 'do_step') return doStep(state, command, actor);
  if (command.type === 'start_decommission') return startDecommission(state, command, actor);
  if (state.owner !== actor.person && !actor.isAdmin) return refuse('not_owner');
  switch (command.type) {
    case 'describe':
      return describe(state, command.facts, holds);
    case 'add_version':
      return addVersion(state, command.version, command.manifest);
    case 'review_alias': {
      const version = state.versions.find((one) => one.digest === command.digest);
      if (!version || version.reviewEveryDays === null) return refuse('unknown_version');
      const { digest, changed } = command;
      return { ok: true, events: [{ type: 'system.alias_reviewed', data: { digest, changed } }] };
    }
  }
}

function register(state: SystemState | null, command: Extract<SystemCommand, { type: 'register' }>): SystemDecision {
  if (state !== null) return refuse('exists');
  const name = command.name.trim();
  const facts = factsSchema.safeParse(command.facts);
  // No longer than a request can name it.
  const writable = name !== '' && name.length <= LIMITS.name && name.isWellFormed() && !hidesCharacters(name);
  if (!writable) return refuse('invalid', 'name');
  if (!facts.success) return refuse('invalid', facts.error.issues[0]?.path.join('.') ?? 'facts');
  const { origin, approvalDue, runsIn, useCase } = command;
  const data = { ...facts.data, key: systemKeyOf(name), name, origin, approvalDue, runsIn, useCase };
  return { ok: true, events: [{ type: 'system.registered', data }] };
}

function describe(
  state: SystemState,
  changes: Partial<FactsInput>,
  holds: readonly Pick<Hold, 'scope'>[],
): SystemDecision {
  const { purpose, owner, data, lineage, vendors, links, ssrm } = state;
  const parsed = factsSchema.safeParse({ purpose, owner, data, lineage, vendors, links, ssrm, ...changes });
  if (!parsed.success) return refuse('invalid', parsed.error.issues[0]?.path.join('.') ?? 'facts');
  // What a stop of a vendor covers is not named away: it ends by a review and a fresh decision (POL-6.4).
  const held = vendors.find((vendor) => isHeld(vendor, holds) && !parsed.data.vendors.some((v) => sameName(v, vendor)));
  if (held !== undefined) return refuse('vendor_held', held);
  const facts = Object.fromEntries(
    Object.entries(parsed.data).filter(
      ([field, value]) => canonicalText(value) !== canonicalText(state[field as keyof SystemState]),
    ),
  );
  if (Object.keys(facts).length === 0) return refuse('nothing_changed');
  return { ok: true, events: [{ type: 'system.described', data: { facts } }] };
}

function isHeld(vendor: string, holds: readonly Pick<Hold, 'scope'>[]): boolean {
  return holds.some(({ scope }) => scope.by === 'vendor' && sameName(scope.vendor, vendor));
}

function addVersion(state: SystemState, version: string, data: unknown): SystemDecision {
  const read = readManifest(data);
  if (!read.ok) return refuse('invalid', ...read.problems.map((p) => `${p.path}: ${p.problem}`));
  const name = version.trim();
  if (name === '' || name.length > 60) return refuse('invalid', 'version');
  const digest = manifestDigest(read.manifest);
  if (state.versions.some((one) => one.digest === digest && one.manifest !== null)) return refuse('nothing_changed');
  const vendors = [...providersOf(read.manifest)];
  const reviewEveryDays = reviewDaysOf(read.manifest);
  const added = { version: name, digest, manifest: digest.slice('sha256:'.length), vendors, reviewEveryDays };
  return { ok: true, events: [{ type: 'system.version_added', data: added }], manifest: read.manifest };
}

const STARTERS = [...new Set(Object.values(CHECKLIST).flatMap((step) => step.roles))];

function startDecommission(
  state: SystemState,
  command: Extract<SystemCommand, { type: 'start_decommission' }>,
  actor: SystemActor,
): SystemDecision {
  const reason = command.reason.trim();
  if (reason === '' || reason.length > 1_000) return refuse('invalid', 'reason');
  if (state.decommission !== null) return refuse('nothing_changed');
  const role = actor.roles.find((one) => STARTERS.includes(one));
  if (state.owner !== actor.person && role === undefined) return refuse('role_missing', ...CHECKLIST.confirm.roles);
  return { ok: true, events: [{ type: 'system.decommission_started', data: { reason, role: role ?? 'owner' } }] };
}

function doStep(
  state: SystemState,
  command: Extract<SystemCommand, { type: 'do_step' }>,
  actor: SystemActor,
): SystemDecision {
  const step = DECOMMISSION_STEPS.find((one) => one === command.step);
  if (step === undefined || command.note.length > 1_000) return refuse('invalid', 'step');
  if (state.decommission === null) return refuse('not_started');
  const role = CHECKLIST[step].roles.find((one) => actor.roles.includes(one));
  if (role === undefined) return refuse('role_missing', ...CHECKLIST[step].roles);
  const refusal = stepRefusal(state.decommission.steps, step, actor.person);
  if (refusal !== null) return refuse(refusal, step);
  return { ok: true, events: [{ type: 'system.step_done', data: { step, role, note: command.note } }] };
}

type About = { readonly name: string; readonly purpose: string; readonly owner: string; readonly at: Date };

/** The entry that a request makes of a system that was not known. */
function registration({ name, purpose, owner }: About, useCase: boolean): SystemEvent {
  const facts = { purpose, owner, data: [], lineage: [], vendors: [], links: [], ssrm: null };
  const fresh = { key: systemKeyOf(name), name, origin: 'request', approvalDue: null, runsIn: [], useCase } as const;
  return { type: 'system.registered', data: { ...facts, ...fresh } };
}

/**
 * Events by which the inventory follows a request: an unknown system is entered as proposed, an unknown version is
 * added, and what changed about the request is recorded. Empty when nothing did, so that following again does nothing.
 */
export function followRequest(state: SystemState | null, request: SystemRequest, about: About): readonly SystemEvent[] {
  const events: SystemEvent[] = [];
  let current = state;
  const add = (event: SystemEvent): void => {
    events.push(event);
    current = applySystem(current, event, { at: about.at, actor: 'service' });
  };
  if (current === null) add(registration(about, false));
  const known = (current as SystemState | null)?.versions.some((one) => one.digest === request.digest) ?? false;
  if (!known) {
    const { version, digest } = request;
    add({
      type: 'system.version_added',
      data: { version, digest, manifest: null, vendors: [], reviewEveryDays: null },
    });
  }
  const before = state?.requests.find((one) => one.request === request.request);
  if (before === undefined || canonicalText(before) !== canonicalText(request)) {
    const data = { ...request, status: 'proposed' as const };
    add({
      type: 'system.request_followed',
      data: { ...data, ...statusAfter(current, { type: 'system.request_followed', data }, about.at) },
    });
  }
  return events;
}

/**
 * Events by which the inventory follows a use case: once approved it enters a system that nobody knew, and from then on
 * what becomes of it is recorded. Before its approval nothing is entered: nothing may be built yet.
 */
export function followUseCase(state: SystemState | null, useCase: SystemUseCase, about: About): readonly SystemEvent[] {
  const before = state?.useCases.find((one) => one.request === useCase.request);
  if (before === undefined && useCase.phase !== 'approved') return [];
  if (before !== undefined && canonicalText(before) === canonicalText(useCase)) return [];
  const entered = state === null ? [registration(about, false)] : [];
  const current = entered.reduce<SystemState | null>(
    (s, event) => applySystem(s, event, { at: about.at, actor: 'service' }),
    state,
  );
  const data = { ...useCase, status: 'use_case' as const };
  const after = statusAfter(current, { type: 'system.use_case_followed', data }, about.at);
  return [...entered, { type: 'system.use_case_followed', data: { ...data, ...after } }];
}

/** What the inventory says of the system once an event happened. */
function statusAfter(state: SystemState | null, event: SystemEvent, at: Date): { readonly status: SystemStatus } {
  const after = applySystem(state, event, { at, actor: 'service' });
  return { status: after === null ? 'proposed' : statusOf(after) };
}
