/** What handling a stored payload needs. */
import { createHash } from 'node:crypto';
import type { Answer, AskOptions } from '#src/answers/types.ts';
import type { Conversations } from '../answers/conversations.ts';
import type { Documents } from '../answers/documents.ts';
import type { AnswerLog } from '../answers/log.ts';
import type { Forms } from '../forms/forms.ts';
import type { GapStore, Ledger, Outbox, PeopleStore, RefusalStore } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import type { EvidenceDesk } from '../systems/evidence.ts';
import type { TableBy, TableKind, TableResult } from './governance/tables.ts';
import type { Links } from './links.ts';
import type { Uploads } from './uploads.ts';

export type HandlerDeps = {
  readonly desk: Desk;
  readonly ledger: Pick<Ledger, 'nextShortId' | 'findRequest' | 'listAssignments'>;
  readonly people: PeopleStore;
  readonly outbox: Pick<Outbox, 'put' | 'keyAt'>;
  readonly gaps: GapStore;
  readonly refusals: RefusalStore;
  readonly forms: Forms;
  readonly files: Pick<EvidenceDesk, 'attest' | 'capture'>;
  readonly uploads: Uploads;
  readonly links: Links;
  /** Tables of administrators: CSV into rows (null for what is none), and rows to the desks. */
  readonly tables: {
    rows(bytes: Uint8Array, name: string): Promise<readonly (readonly string[])[] | null>;
    take(kind: TableKind, rows: readonly (readonly string[])[], by: TableBy): Promise<TableResult>;
  };
  readonly documents: Documents;
  /** `person`: the asker's pseudonym, for what the model may cost. */
  readonly answer: (question: string, options: AskOptions, person: string) => Promise<Answer>;
  readonly answerLog: AnswerLog;
  /** Slack users who hold a role now. */
  readonly holders: () => Promise<(role: string) => readonly string[]>;
  readonly conversations: Conversations;
  /** Channels in which nobody but the committee and the log speaks: messages there are no questions. */
  readonly quietChannels: readonly string[];
  readonly committeeChannel: string;
  /** UUIDv7 that is the same for the same payload, so that a repeated submission is one request. */
  readonly requestIdFor: (inboxId: string, at: Date) => string;
  readonly log: { warn(fields: object, message: string): void };
  /** Called after something was put into the outbox. */
  readonly wakeOutbox: () => void;
};

/** The command's identity in events and leaves: follows from the payload's id, and shows no Slack user id. */
export function commandIdOf(inboxId: string): string {
  return `cmd_${createHash('sha256').update(inboxId).digest('hex').slice(0, 32)}`;
}
