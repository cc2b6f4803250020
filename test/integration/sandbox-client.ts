/** Drives a running server as people would: through the calls that the sandbox's page makes. */
import { randomUUID } from 'node:crypto';

export type ShownMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly {
    readonly block_id: string;
    readonly elements?: readonly { readonly action_id?: string; readonly value?: string }[];
    readonly accessory?: { readonly action_id?: string; readonly value?: string };
  }[];
  readonly thread_ts?: string;
};
export type ShownView = {
  readonly id: string;
  readonly callback_id?: string;
  readonly blocks: readonly {
    readonly block_id: string;
    readonly type: string;
    readonly text?: { readonly text: string };
  }[];
};

/** What the page shows to one person. */
export type PageState = {
  readonly messages: readonly ShownMessage[];
  readonly ephemerals: readonly ShownMessage[];
  readonly views: readonly ShownView[];
  readonly trace: readonly { readonly kind: string; readonly acks: readonly unknown[] }[];
};

export type Driver = ReturnType<typeof createDriver>;

/** Makes a driver for the server at `address`; `settle` waits until the server has worked off what it got. */
export function createDriver(address: string, settle: () => Promise<void>) {
  const post = async (
    call: string,
    body: object,
  ): Promise<{ readonly ok: boolean; readonly errors?: Record<string, string> }> => {
    const res = await fetch(`${address}/sandbox/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: address },
      body: JSON.stringify(body),
    });
    const result = (await res.json()) as { readonly ok: boolean; readonly errors?: Record<string, string> };
    await settle();
    return result;
  };
  const state = async (as: string): Promise<PageState> => {
    const res = await fetch(`${address}/sandbox/state?as=${as}`);
    return (await res.json()) as PageState;
  };
  const pressOn = async (as: string, messages: readonly ShownMessage[], wanted: (button: Button) => boolean) => {
    const found = messages.flatMap((m) => buttonsOf(m).map((button) => ({ ...button, ...m }))).findLast(wanted);
    if (found === undefined) throw new Error(`none of ${messages.length} messages has the button`);
    return post('action', {
      as,
      container: { type: 'message', channel: found.channel, ts: found.ts },
      block_id: found.block,
      action_id: found.action,
      value: found.value ?? null,
      values: {},
    });
  };
  return {
    post,
    state,
    /** Says something; the event about it goes out after the page got its answer, so its acknowledgement is awaited. */
    async say(as: string, channel: string, text: string, threadTs?: string) {
      const acked = async () => (await state(as)).trace.filter((t) => t.kind === 'event' && t.acks.length > 0).length;
      const before = await acked();
      const said = await post('message', {
        as,
        channel,
        text,
        client_msg_id: randomUUID(),
        ...(threadTs ? { thread_ts: threadTs } : {}),
      });
      for (let look = 0; look < 500 && (await acked()) <= before; look++) await settle();
      await settle();
      return said;
    },
    /** Uploads a file as a person, as the page does; returns its id. */
    async upload(as: string, name: string, bytes: Uint8Array | string): Promise<string> {
      const res = await fetch(`${address}/sandbox/upload?${new URLSearchParams({ as, name })}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', origin: address },
        body: bytes as BodyInit,
      });
      return ((await res.json()) as { readonly file: { readonly id: string } }).file.id;
    },
    command: (as: string, channel: string, text: string) => post('command', { as, channel, text }),
    /** Presses a button by its action id, on the newest message of a channel that has it. */
    async press(as: string, channel: string, action: string) {
      const { messages } = await state(as);
      const inChannel = messages.filter((m) => m.channel === channel);
      return pressOn(as, inChannel, (button) => button.action === action);
    },
    /** Presses the button with this value on the newest message that only this person sees. */
    async pressUnseen(as: string, value: string) {
      const { ephemerals } = await state(as);
      return pressOn(as, ephemerals.slice(-1), (button) => button.value === value);
    },
    /** Submits the topmost open modal. */
    async submit(as: string, answers: Readonly<Record<string, string | readonly string[]>>) {
      const view = (await state(as)).views.at(-1);
      if (view === undefined) throw new Error('no modal is open');
      const values = Object.fromEntries(Object.entries(answers).map(([block, value]) => [block, { value }]));
      return post('view', { as, view_id: view.id, do: 'submit', values });
    },
  };
}

type Button = { readonly block: string; readonly action: string; readonly value: string | undefined };

function buttonsOf(message: ShownMessage): readonly Button[] {
  return (message.blocks ?? []).flatMap((block) =>
    [...(block.elements ?? []), block.accessory].flatMap((element) =>
      element?.action_id === undefined
        ? []
        : [{ block: block.block_id, action: element.action_id, value: element.value }],
    ),
  );
}
