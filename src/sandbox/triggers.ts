import { LIMITS } from './model.ts';

/** Why a trigger_id opens nothing; Slack's error codes. */
type TriggerRefusal = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

type Trigger = {
  readonly user: string;
  readonly issuedAt: number;
  /** The modal the interaction came from, for views.push. */
  readonly fromView: string | null;
  used: boolean;
};

/** A trigger_id lives this long, in milliseconds. */
const TRIGGER_TTL_MS = 3_000;

/** The short-lived permissions to open a modal that interactions carry. In memory: they live three seconds. */
export type TriggerBook = {
  issue(user: string, fromView: string | null): string;
  /** Uses a trigger up. */
  take(
    triggerId: string,
  ):
    | { readonly ok: true; readonly user: string; readonly fromView: string | null }
    | { readonly ok: false; readonly reason: TriggerRefusal };
};

export const createTriggerBook = (now: () => Date, randomId: (size: number) => string): TriggerBook => {
  const triggers = new Map<string, Trigger>();
  let serial = 1000;
  return {
    issue: (user, fromView) => {
      serial += 1;
      const id = `${serial}.${now().getTime()}.${randomId(16).toLowerCase()}`;
      triggers.set(id, { user, issuedAt: now().getTime(), fromView, used: false });
      for (const old of triggers.keys()) {
        if (triggers.size <= LIMITS.triggers) break;
        triggers.delete(old);
      }
      return id;
    },
    take: (triggerId) => {
      const trigger = triggers.get(triggerId);
      if (!trigger) return { ok: false, reason: 'invalid_trigger_id' };
      if (trigger.used) return { ok: false, reason: 'exchanged_trigger_id' };
      if (now().getTime() - trigger.issuedAt > TRIGGER_TTL_MS) return { ok: false, reason: 'expired_trigger_id' };
      trigger.used = true;
      return { ok: true, user: trigger.user, fromView: trigger.fromView };
    },
  };
};
