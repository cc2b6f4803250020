/** Shapes of the sandbox workspace. They follow Slack's own field names, so that payloads need no translation. */

/** A block or block element: JSON with a type. Rules about its content are in block-rules.ts. */
export type Block = { readonly type: string; readonly block_id?: string; readonly [key: string]: unknown };

/** A person or the app's bot in the workspace. */
export type SandboxUser = {
  readonly id: string;
  /** Handle, lower case. */
  readonly name: string;
  readonly real_name: string;
  /** Shown beside the name in "acting as". */
  readonly title: string;
  readonly email: string;
  readonly is_admin: boolean;
  readonly is_bot: boolean;
};

export type SandboxChannel = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'im' | 'mpim';
  readonly topic: string;
  readonly members: readonly string[];
  /** Seconds since the epoch. */
  readonly created: number;
};

/** A file that somebody uploaded; its bytes lie beside the journal. */
export type SandboxFile = {
  readonly id: string;
  readonly name: string;
  /** By the name's ending, as Slack does: nobody looked into it. */
  readonly filetype: string;
  readonly mimetype: string;
  /** Bytes. */
  readonly size: number;
  readonly user: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Addresses: the first two for the app with its token, the last for people. */
  readonly url_private: string;
  readonly url_private_download: string;
  readonly permalink: string;
};

/** A user group (`@handle`). */
export type SandboxGroup = {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
};

/** Metadata an app attaches to a message. */
export type MessageMetadata = {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
};

/** A message; `ts` is its identity within a channel. */
export type SandboxMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  /** mrkdwn with `&`, `<`, `>` escaped. */
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly thread_ts?: string;
  /** A reply also shown in the channel. */
  readonly reply_broadcast?: boolean;
  readonly client_msg_id?: string;
  readonly metadata?: MessageMetadata;
  readonly files?: readonly SandboxFile[];
  readonly edited?: { readonly user: string; readonly ts: string };
  /** A deleted thread parent keeps its place. */
  readonly tombstone?: boolean;
  readonly reactions?: readonly { readonly name: string; readonly users: readonly string[] }[];
  /** Only this person sees it (chat.postEphemeral). */
  readonly ephemeral_to?: string;
};

/** A modal or an App Home page. */
export type SandboxView = {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  readonly title: { readonly type: string; readonly text: string } | null;
  readonly submit: { readonly type: string; readonly text: string } | null;
  readonly close: { readonly type: string; readonly text: string } | null;
  readonly blocks: readonly Block[];
  readonly private_metadata: string;
  readonly callback_id: string;
  readonly external_id: string;
  readonly clear_on_close: boolean;
  readonly notify_on_close: boolean;
  readonly hash: string;
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
};

/** Prompts offered above a direct message's composer. */
export type SuggestedPrompts = {
  readonly title: string;
  readonly prompts: readonly { readonly title: string; readonly message: string }[];
};

/** An event that the app has not acknowledged yet; redelivered after a restart. */
export type PendingEvent = {
  readonly event_id: string;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly envelope: Readonly<Record<string, unknown>>;
};

/** One journal line. Folding all of them, in order, gives the workspace. */
export type JournalEntry =
  | { readonly op: 'start'; readonly version: 1; readonly last_ts: string }
  | { readonly op: 'channel'; readonly channel: SandboxChannel }
  | { readonly op: 'message'; readonly message: SandboxMessage }
  | { readonly op: 'file'; readonly file: SandboxFile }
  | { readonly op: 'group'; readonly group: SandboxGroup }
  | { readonly op: 'delete'; readonly channel: string; readonly ts: string }
  | { readonly op: 'ephemeral'; readonly message: SandboxMessage }
  | { readonly op: 'ephemeral_delete'; readonly user: string; readonly ts: string }
  | { readonly op: 'view'; readonly view: SandboxView }
  | { readonly op: 'view_close'; readonly user: string; readonly view_id: string }
  | { readonly op: 'home'; readonly view: SandboxView }
  | { readonly op: 'read'; readonly user: string; readonly channel: string; readonly ts: string }
  | { readonly op: 'prompts'; readonly channel: string; readonly prompts: SuggestedPrompts }
  | { readonly op: 'event'; readonly event: PendingEvent }
  | { readonly op: 'event_done'; readonly event_id: string };

/** What can be wrong with the sandbox itself (its folder, its options). */
export class SandboxError extends Error {
  readonly code: 'journal_corrupt' | 'journal_unwritable' | 'closed';
  constructor(code: SandboxError['code'], message: string) {
    super(message);
    this.name = 'SandboxError';
    this.code = code;
  }
}

/** The part of a pino logger that the sandbox uses. */
export type SandboxLog = {
  readonly debug: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

/** Fixed identities of the workspace. */
export const TEAM = { id: 'T0SANDBOX', domain: 'countersign-sandbox', name: 'Countersign sandbox' } as const;
export const BOT_USER = 'U0COUNTERSIGN';
export const BOT_ID = 'B0COUNTERSIGN';
export const APP_ID = 'A0COUNTERSIGN';

/** Bounds of everything that grows. */
export const LIMITS = {
  messagesPerChannel: 5_000,
  channels: 200,
  ephemeralsPerUser: 100,
  viewsPerStack: 3,
  pendingEvents: 5_000,
  traceEntries: 200,
  streams: 64,
  triggers: 1_000,
  responseUrls: 2_000,
  apiBodyBytes: 4_000_000,
  pageBodyBytes: 1_000_000,
  typedText: 200_000,
  messageText: 40_000,
  files: 500,
  fileBytes: 20_000_000,
  filesPerMessage: 10,
} as const;
