/** Posts to the app as Slack does, with a signature of one's own making; for payloads that nobody's page would send. */
import { createHmac } from 'node:crypto';

export type SignedPostOptions = {
  /** Seconds by which the timestamp is off. */
  readonly skewSeconds?: number;
  /** Sent in place of the true signature; null sends none. */
  readonly signature?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Posts a form (or JSON for a string body) to `/slack/events`. */
export async function signedPost(
  address: string,
  secret: string,
  body: Readonly<Record<string, string>> | string,
  { skewSeconds = 0, signature, headers = {} }: SignedPostOptions = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const raw = typeof body === 'string' ? body : new URLSearchParams(body).toString();
  const stamp = Math.floor(Date.now() / 1000) + skewSeconds;
  const own = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${raw}`).digest('hex')}`;
  const signed = signature === undefined ? own : signature;
  const answer = await fetch(`${address}/slack/events`, {
    method: 'POST',
    body: raw,
    headers: {
      'content-type': typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(stamp),
      ...(signed === null ? {} : { 'x-slack-signature': signed }),
      ...headers,
    },
  });
  return { status: answer.status, body: await answer.text() };
}

/** A form that was sent, as Slack posts it: the same view, hash and trigger each time, so that it can be posted again. */
export function submission(user: string, view: string, form: string, about: object, values: Record<string, object>) {
  return {
    type: 'view_submission',
    team: { id: 'T0SANDBOX' },
    user: { id: user, name: user, team_id: 'T0SANDBOX' },
    api_app_id: 'A0COUNTERSIGN',
    trigger_id: `t.${view}`,
    view: {
      id: view,
      hash: `1.${view}`,
      type: 'modal',
      callback_id: form,
      private_metadata: JSON.stringify(about),
      previous_view_id: null,
      state: { values },
    },
  };
}

/** An approval of a revision, sent from a view. */
export function approval(user: string, view: string, request: { readonly id: string; readonly revision: string }) {
  const approve = { type: 'radio_buttons', selected_option: { value: 'approve' } };
  return submission(user, view, 'vote', { r: request.id, v: request.revision }, { choice: { value: approve } });
}
