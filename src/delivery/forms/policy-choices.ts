/**
 * `/governance rules`: an administrator chooses periods and quorums in a form, and a changed policy waits as a proposal,
 * exactly as a changed file does. Nothing takes effect here: the committee's vote decides (policy-vote.ts).
 */

import { canonicalJson } from '#src/approvals/canonical.ts';
import {
  applyChoices,
  CHOICE_KINDS,
  CHOICE_TIERS,
  type ChoiceScope,
  choicesIn,
  nextVersion,
  unreachableBy,
} from '#src/approvals/policy-choices.ts';
import type { Roster } from '#src/approvals/types.ts';
import type { PolicyProposal, PolicyState } from '#src/directory/policies.ts';
import type { PolicyDesk } from '../policy/desk.ts';
import { type PolicyVersion, readPolicyVersion } from '../policy/version.ts';
import { aboutRulesSchema, readAbout } from './about.ts';
import { type FieldErrors, type FormValues, many, one } from './form-values.ts';

/** Name of the form. */
export const RULES_FORM = 'policy_rules';

export type PolicyChoicesDeps = {
  readonly policies: PolicyDesk;
  readonly roster: () => Promise<Roster>;
  /** UUIDv7 that is the same for the same name, so that a repeated form is one proposal. */
  readonly idFor: (name: string, at: Date) => string;
};

export type ChosenResult =
  | { readonly ok: true; readonly proposal: PolicyProposal }
  /** `stale`: other rules are the start by now; `errors`: what is wrong, by block. */
  | { readonly ok: false; readonly reason: string; readonly errors: FieldErrors };

export type PolicyChoices = {
  /** Hash of the version that a person's form starts from: their own that waits for its vote, else the one in force. */
  startOf(person: string): Promise<string | null>;
  /** A stored version; null where it cannot be read. */
  version(sha256: string): Promise<PolicyVersion | null>;
  /** What is wrong with a submitted form, by block. */
  check(about: string, values: FormValues): Promise<FieldErrors>;
  /** Proposes the changed policy in place of the person's earlier one. The desk refuses who is no administrator. */
  propose(
    form: { readonly about: string; readonly values: FormValues },
    by: { readonly person: string; readonly commandId: string; readonly at: Date },
  ): Promise<ChosenResult>;
};

/** Makes it. Throws what the desk throws. */
export function createPolicyChoices(deps: PolicyChoicesDeps): PolicyChoices {
  const { policies } = deps;
  const version = (sha256: string) => readPolicyVersion(policies, sha256);
  const changed = (about: string, values: FormValues) => changedBy(deps, about, values);
  return {
    version,
    startOf: async (person) => startIn(await policies.read(), person),
    async check(about, values) {
      const result = await changed(about, values);
      return result.ok ? {} : result.errors;
    },
    async propose({ about, values }, { person, commandId, at }) {
      const proposal = deps.idFor(`policy-choices:${commandId}`, at);
      let state = await policies.read();
      const earlier = ownOf(state, person).filter(({ id }) => id !== proposal);
      if (!state.proposals.has(proposal)) {
        const result = await changed(about, values);
        if (!result.ok) return { ok: false, reason: 'invalid', errors: result.errors };
        if (startIn(state, person) !== result.from) return { ok: false, reason: 'stale', errors: {} };
        const to = { sha256: result.policy.hash, version: result.policy.policy.version };
        const command = { type: 'propose', proposal, document: 'approval-policy', to } as const;
        const bytes = new TextEncoder().encode(canonicalJson(result.data));
        const proposed = await policies.act(command, person, commandId, { bytes });
        if (!proposed.ok) return { ok: false, reason: proposed.reason, errors: {} };
        state = proposed.state;
      }
      for (const { id } of earlier)
        await policies.act(
          { type: 'refuse', proposal: id, reason: 'Its author changed it.', ended: 'replaced' },
          person,
          `replaced:${id}`,
        );
      const made = state.proposals.get(proposal);
      return made === undefined ? { ok: false, reason: 'unknown', errors: {} } : { ok: true, proposal: made };
    },
  };
}

/** Which kind and tier a form is about; null where it is not chosen yet. */
export function scopeOf(values: FormValues): ChoiceScope | null {
  const kind = CHOICE_KINDS.find((name) => name === one(values, 'kind'));
  const tier = CHOICE_TIERS.find((name) => name === one(values, 'tier'));
  return kind === undefined || tier === undefined ? null : { kind, tier };
}

/** Block of a choice: another kind or tier has other blocks, so that nothing typed for one is taken for the other. */
export function choiceBlock({ kind, tier }: ChoiceScope, field: string): string {
  return `${kind}.${tier}.${field}`;
}

/** A person's own proposals that nobody put to the vote yet. */
function ownOf(state: PolicyState, person: string): readonly PolicyProposal[] {
  return [...state.proposals.values()].filter(
    ({ document, status, by, vote }) =>
      document === 'approval-policy' && status === 'open' && by === person && vote === null,
  );
}

/** One's own proposal only while it is a change of what is in force; otherwise it would take back what came since. */
function startIn(state: PolicyState, person: string): string | null {
  const current = state.inForce.get('approval-policy');
  if (current === undefined) return null;
  const own = ownOf(state, person).findLast(({ from }) => from.sha256 === current.sha256);
  return (own?.to ?? current).sha256;
}

async function changedBy(deps: PolicyChoicesDeps, about: string, values: FormValues) {
  const no = (errors: FieldErrors) => ({ ok: false, errors }) as const;
  const from = readAbout(aboutRulesSchema, about)?.b ?? '';
  const start = await readPolicyVersion(deps.policies, from);
  if (start === null) return no({ kind: 'These rules are not at hand any more. Open the form again.' });
  const scope = scopeOf(values);
  if (scope === null) return no({ [one(values, 'kind') === null ? 'kind' : 'tier']: 'Choose one.' });
  const offered = choicesIn(start.data, scope);
  if (!offered.some(({ field }) => Object.hasOwn(values, choiceBlock(scope, field))))
    return no({ tier: 'What can be chosen for it is being shown now. Send the form again when it is there.' });
  const given = Object.fromEntries(
    offered.map(({ field, as, value }) => {
      const block = choiceBlock(scope, field);
      if (as !== 'roles' && as !== 'evidence') return [field, one(values, block)];
      // A list that the form did not show was not emptied by anybody.
      return [field, Object.hasOwn(values, block) ? many(values, block).join('\n') : value];
    }),
  );
  const onBlocks = (errors: FieldErrors): FieldErrors =>
    Object.fromEntries(Object.entries(errors).map(([field, text]) => [choiceBlock(scope, field), text]));
  const result = applyChoices(start.data, scope, given, nameOf(await deps.policies.read(), start));
  if (!result.ok) return no(onBlocks(result.errors));
  const unreachable = unreachableBy(start.policy, result.policy, scope, await deps.roster());
  return Object.keys(unreachable).length > 0 ? no(onBlocks(unreachable)) : ({ ...result, from } as const);
}

/** What the changed version is called: a proposal that is changed again keeps its name. */
function nameOf(state: PolicyState, { policy: { hash, policy } }: PolicyVersion): string {
  const current = state.inForce.get('approval-policy');
  if (current?.sha256 !== hash) return policy.version;
  const taken = [...state.proposals.values()].flatMap(({ document, to }) =>
    document === 'approval-policy' ? [to.version] : [],
  );
  return nextVersion(policy.version, taken);
}
