/** What every listener does: make an `Incoming` of the payload, store it, wake the worker. Nothing else. */
import { createHash } from 'node:crypto';
import { type Incoming, incomingSchema } from '#src/delivery/inbox/incoming.ts';
import type { Inbox } from '#src/delivery/ports.ts';

export type ListenerDeps = {
  readonly inbox: Pick<Inbox, 'put'>;
  /** Tells the worker that something was stored. */
  readonly wake: () => void;
  readonly now: () => Date;
  /** Errors by field of a submitted form; null when it fits. Slack waits three seconds for it. */
  readonly validate: (
    form: string,
    about: string,
    values: Readonly<Record<string, string | string[] | null>>,
  ) => Promise<Record<string, string> | null>;
  readonly log: { warn(fields: object, message: string): void };
};

/**
 * Stores one payload under its id. Throws when the store fails, so that Slack sends again.
 * @returns false when the id was stored before, or the payload cannot be used
 */
export async function store(deps: ListenerDeps, id: string, incoming: unknown): Promise<boolean> {
  const parsed = incomingSchema.safeParse(incoming);
  if (!parsed.success) {
    deps.log.warn({ id, issues: parsed.error.issues.slice(0, 3).map((i) => i.path.join('.')) }, 'payload not usable');
    return false;
  }
  const payload: Incoming = parsed.data;
  const fresh = await deps.inbox.put({ id: storedId(id), kind: payload.kind, payload, receivedAt: deps.now() });
  if (fresh) deps.wake();
  return fresh;
}

/**
 * The id that a payload is stored under. It becomes the command id of signed entries, out of which nothing can be taken
 * later, so the Slack user in it is hashed together with the rest. Slack's own event ids name nobody and stay.
 */
function storedId(id: string): string {
  const kind = id.slice(0, id.indexOf(':') + 1);
  return kind === 'evt:' ? id.slice(0, 250) : `${kind}${createHash('sha256').update(id).digest('hex')}`;
}
