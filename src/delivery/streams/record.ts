/**
 * From a drafted event to what is stored: names and free text replaced by salted hashes, an in-toto statement, a DSSE
 * envelope, its leaf hash. One event, one entry (DESIGN.md, rule 4). Nothing here touches a database.
 */
import { type HidePath, hide } from '#src/evidence/disclose.ts';
import { sealStatement } from '#src/evidence/dsse.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import type { Crypto, Signer } from '#src/evidence/ports.ts';
import { buildStatement, type StatementInput, statementBytes } from '#src/evidence/statement.ts';
import type { Disclosure, NewEvent } from '../ports.ts';

/** What the evidence of one event says beside the event itself. */
export type EventContext = Pick<
  StatementInput,
  'request' | 'artefacts' | 'card' | 'policy' | 'knowledge' | 'controls' | 'kind'
> & {
  readonly role?: string;
  readonly assignment?: string;
};

/** An event before it is recorded; `hide` names the places in `data` that hold names or free text. */
export type EventDraft = {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly hide: readonly HidePath[];
  readonly context: EventContext;
  /** `service` where the server drew the consequence of somebody's command; the command's actor where left out. */
  readonly actor?: string;
};

/** What all events of one command share. */
export type CommandContext = {
  readonly stream: string;
  /** Position of the stream's last event; 0 for a new stream. */
  readonly afterSeq: number;
  readonly at: Date;
  /** Pseudonymous person id, or `service`. */
  readonly actor: string;
  readonly commandId: string;
  readonly commandKind: string;
};

export type RecorderDeps = {
  readonly crypto: Crypto;
  readonly signer: Signer;
  readonly randomBytes: (length: number) => Uint8Array;
  /** UUIDv7 for an instant. */
  readonly newId: (at: Date) => string;
  readonly service: { readonly name: string; readonly version: string };
};

export type Recorder = {
  record(
    command: CommandContext,
    drafts: readonly EventDraft[],
  ): Promise<{ readonly events: readonly NewEvent[]; readonly disclosures: readonly Disclosure[] }>;
};

/** Makes the recorder. Throws EvidenceError where an event does not fit a leaf. */
export function createRecorder(deps: RecorderDeps): Recorder {
  return {
    async record(command, drafts) {
      const events: NewEvent[] = [];
      const disclosures: Disclosure[] = [];
      for (const [ordinal, draft] of drafts.entries()) {
        const hidden = await hide(deps.crypto, draft.data, draft.hide, () => deps.randomBytes(32), command.actor);
        disclosures.push(...hidden.disclosures);
        events.push(await seal(deps, command, draft, ordinal, hidden.data));
      }
      return { events, disclosures };
    },
  };
}

async function seal(
  deps: RecorderDeps,
  command: CommandContext,
  draft: EventDraft,
  ordinal: number,
  data: unknown,
): Promise<NewEvent> {
  const { role, assignment, ...about } = draft.context;
  const id = deps.newId(command.at);
  const seq = command.afterSeq + 1 + ordinal;
  const actor = draft.actor ?? command.actor;
  const statement = await buildStatement(deps.crypto, {
    event: {
      id,
      type: draft.type,
      schemaVersion: draft.schemaVersion,
      stream: command.stream,
      seq,
      at: command.at,
      data,
    },
    actor: {
      id: actor,
      ...(role === undefined ? {} : { role }),
      ...(assignment === undefined ? {} : { assignment }),
    },
    command: { id: command.commandId, kind: command.commandKind },
    service: deps.service,
    ...about,
  });
  const leaf = await sealStatement(statementBytes(statement), deps.signer);
  return {
    id,
    stream: command.stream,
    seq,
    type: draft.type,
    schemaVersion: draft.schemaVersion,
    at: command.at,
    actor,
    commandId: command.commandId,
    ordinal,
    data,
    leaf,
    leafHash: await leafHash(deps.crypto, leaf),
  };
}
