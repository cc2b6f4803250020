/** What the commands of governance work with, and what they say. */
import type { GateAnswer, GateQuery } from '#src/approvals/gate.ts';
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import type { Roster } from '#src/approvals/types.ts';
import type { Documents } from '../../answers/documents.ts';
import type { PolicyChoices } from '../../forms/policy-choices.ts';
import type { PeopleDesk } from '../../people/desk.ts';
import type { Groups } from '../../people/groups.ts';
import type { Bulletin } from '../../people/notices.ts';
import type { PolicyDesk } from '../../policy/desk.ts';
import type { PolicyVote } from '../../policy/vote.ts';
import type { InboxItem, Ledger, OutgoingMessage, PeopleStore, RefusalStore } from '../../ports.ts';
import type { Desk } from '../../requests/desk.ts';
import type { RecordStore } from '../../streams/ports.ts';
import type { SystemsDesk } from '../../systems/desk.ts';
import type { EvidenceDesk } from '../../systems/evidence.ts';
import type { IncidentDesk } from '../../systems/incidents.ts';
import type { RiskDesk } from '../../systems/risks.ts';

export type GovernanceHandlerDeps = {
  readonly ledger: Pick<Ledger, 'listAssignments'>;
  readonly records: RecordStore;
  readonly people: PeopleStore;
  readonly refusals: RefusalStore;
  readonly directory: PeopleDesk;
  readonly rules: PolicyDesk;
  readonly votes: PolicyVote;
  readonly choices: Pick<PolicyChoices, 'propose'>;
  readonly systems: SystemsDesk;
  readonly incidents: IncidentDesk;
  readonly requests: Pick<Desk, 'read'>;
  /** What the gate says now; a look, which is neither counted nor recorded. */
  readonly gate: (query: GateQuery) => Promise<GateAnswer>;
  readonly files: Pick<EvidenceDesk, 'withdraw'>;
  readonly risks: RiskDesk;
  /** The next free id of the register (`RK-3`). */
  readonly newRiskId: () => Promise<string>;
  readonly roster: () => Promise<Roster>;
  readonly groups: Groups;
  readonly documents: Documents;
  readonly policy: () => ApprovalPolicy;
  readonly now: () => Date;
};

export type Said = {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly buttons?: Bulletin['buttons'];
  /** What others are told beside the answer. */
  readonly tell?: readonly OutgoingMessage[];
};
export type Asked = {
  readonly item: InboxItem;
  readonly person: string;
  readonly words: readonly string[];
  readonly commandId: string;
};
