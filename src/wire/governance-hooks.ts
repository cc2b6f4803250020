/** Where governance meets the pumps: its commands and buttons, its bulletins, its timers. */

import type { GateQuery } from '#src/approvals/gate.ts';
import type { Documents } from '#src/delivery/answers/documents.ts';
import { lookAtGate } from '#src/delivery/gate/desk.ts';
import { handleGovernance } from '#src/delivery/inbox/governance/systems-commands.ts';
import type { Groups } from '#src/delivery/people/groups.ts';
import { aliasReminder, type Bulletin, bulletin } from '#src/delivery/people/notices.ts';
import type { InboxItem, NewTimer, OutboxItem } from '#src/delivery/ports.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { sendBulletin } from '#src/slack/bulletin.ts';
import type { SlackClients } from '#src/slack/clients.ts';
import type { Core } from './core.ts';
import type { Rules } from './governance.ts';
import type { Systems } from './systems.ts';

export type GovernanceHooks = {
  /** Handles a stored payload that is about governance; false for every other. */
  take(item: InboxItem): Promise<boolean>;
  /** Sends a bulletin; false for every other row. */
  send(item: OutboxItem): Promise<boolean>;
  readonly timers: Readonly<Record<string, (timer: NewTimer) => Promise<void>>>;
};

export type HookParts = {
  readonly core: Core;
  readonly systems: Systems;
  readonly rules: Rules;
  readonly clients: Pick<SlackClients, 'client'>;
  readonly committeeChannel: string;
  readonly groups: Groups;
  readonly documents: Documents;
  /** Something was put into the outbox. */
  readonly wake: () => void;
};

/** Makes the hooks. */
export function createGovernanceHooks({
  core,
  systems,
  rules,
  clients,
  committeeChannel,
  groups,
  documents,
  wake,
}: HookParts): GovernanceHooks {
  const { ledger, records, people, refusals, outbox, timers, gate } = core.stores;
  const handler = {
    ledger,
    records,
    people,
    refusals,
    directory: systems.people,
    rules: systems.policies,
    votes: systems.votes,
    choices: systems.choices,
    systems: systems.inventory,
    incidents: systems.incidents,
    requests: core.desk,
    gate: (query: GateQuery) => lookAtGate({ gate, settings: () => rules.gate.settings, now: core.now }, query),
    files: systems.evidence,
    risks: systems.risks,
    newRiskId: () => ledger.nextShortId('RK'),
    roster: core.desk.roster,
    groups,
    documents,
    policy: () => rules.policy.policy,
    now: core.now,
  };
  const admins = async (): Promise<readonly string[]> => {
    const persons = adminsAt(await ledger.listAssignments(), core.now());
    return [...(await people.slackUsersOf([...persons])).values()];
  };
  const slackUsersOf = (persons: readonly string[]) => people.slackUsersOf(persons);
  const remind = async (
    timer: NewTimer,
    title: string,
    owner: string | null,
    lines: readonly string[] = [],
    buttons: Bulletin['buttons'] = [],
  ): Promise<void> => {
    const to = owner === null ? ({ kind: 'admins' } as const) : ({ kind: 'person', person: owner } as const);
    await outbox.put([bulletin(`due:${timer.id}`, to, title, lines, buttons)]);
    await timers.done(timer.id, core.now());
    wake();
  };
  return {
    async take(item) {
      const messages = await handleGovernance(handler, item);
      if (messages === null) return false;
      await outbox.put(messages);
      wake();
      return true;
    },
    async send(item) {
      if (item.intent !== 'bulletin') return false;
      await sendBulletin({ client: clients.client, slackUsersOf, admins, committeeChannel }, item);
      return true;
    },
    timers: {
      directory: (timer) => systems.people.remind(timer.id),
      system: async (timer) => {
        const row = await records.read('system', timer.subject.slice('system:'.length));
        const key = row?.id ?? timer.subject.slice('system:'.length);
        const owner = row?.parent ?? null;
        if (timer.kind === 'approval_due')
          return remind(timer, `${key} ran before approvals were asked for; its approval is due now.`, owner);
        const [, kind, digest] = /^(alias_\w+):(.*)$/.exec(timer.kind) ?? [];
        const version = (await systems.inventory.read(key))?.versions.find((one) => one.digest === digest);
        if (version === undefined) return timers.done(timer.id, core.now());
        const { title, lines, buttons } = aliasReminder({ key, ...version }, kind === 'alias_overdue');
        await remind(timer, title, owner, lines, buttons);
      },
      risk: async (timer) => {
        const id = timer.subject.slice('risk:'.length);
        const row = await records.read('risk', id);
        const look = [{ label: 'Look at it again', action: 'gov_risk', value: id }];
        await remind(timer, `The risk ${id} is due for its review.`, row?.parent ?? null, [], look);
      },
    },
  };
}
